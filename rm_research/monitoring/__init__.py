"""What a coordinator looks after while a programme runs: surveys, codes and pairs. No answer is looked at."""

from rm_research.monitoring.monitor import Monitor, monitor_study

__all__ = ["Monitor", "monitor_study"]
