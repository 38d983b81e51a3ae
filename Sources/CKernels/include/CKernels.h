// Vector kernels that are faster in C than in Swift.
#pragma once
