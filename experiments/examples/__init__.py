"""Scripts that use the framework in the styles of the reports, and scripts ported from torch.nn."""
