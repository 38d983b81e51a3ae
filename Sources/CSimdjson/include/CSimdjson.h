// simdjson behind C functions.
#pragma once
