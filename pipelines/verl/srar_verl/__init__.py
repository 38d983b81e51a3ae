"""srar's judge, reward and advantage stages inside verl: a reward manager and an advantage estimator.

Importing the package registers nothing; `srar_verl.register` does, which verl imports when VERL_USE_EXTERNAL_MODULES names it.
"""

__version__ = "0.1.0"
