"""What Django needs to know to run hordak, and nothing else."""

import os

import dj_database_url

# Nothing here is signed; Django does not start without one.
SECRET_KEY = "benchmark"
DEBUG = False
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "mptt", "hordak"]
DATABASES = {"default": dj_database_url.parse(os.environ["PEER_DATABASE_URL"])}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
DEFAULT_CURRENCY = "VND"
HORDAK_INTERNAL_CURRENCY = "EUR"  # for conversions, of which there are none; it has to be one of its own list
HORDAK_CURRENCIES = ["VND"]
CURRENCIES = ["VND"]
HORDAK_DECIMAL_PLACES = 0
HORDAK_MAX_DIGITS = 18
