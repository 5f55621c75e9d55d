"""What is read off a run, and how it is shown."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Quantity:
    """A curve's last value: its name in tables, its key in records, its scale, its published name.

    Accuracy and F1 are fractions in records and per cent in tables.
    """

    label: str
    key: str
    scale: float = 1.0
    published: str | None = None

    @property
    def shown(self) -> str:
        """The label with its unit."""
        return f"{self.label}, %" if self.scale == 100 else self.label


TRAIN_LOSS = Quantity("train loss", "train_loss")
TEST_LOSS = Quantity("test loss", "test_loss", published="test loss")
TRAIN_ACCURACY = Quantity("train accuracy", "train_accuracy", 100, "train accuracy")
TEST_ACCURACY = Quantity("test accuracy", "test_accuracy", 100, "test accuracy")
TRAIN_F1 = Quantity("train F1", "train_f1", 100)
TEST_F1 = Quantity("test F1", "test_f1", 100)
