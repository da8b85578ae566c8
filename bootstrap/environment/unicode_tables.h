// What Python knows of characters beyond ASCII, in Unicode 14 (Python 3.11). Each table is sorted.
#ifndef SM_BOOTSTRAP_ENVIRONMENT_UNICODE_TABLES_H_
#define SM_BOOTSTRAP_ENVIRONMENT_UNICODE_TABLES_H_

#include <cstddef>
#include <cstdint>

namespace sm {

struct CodePointRange {
  uint32_t first;
  uint32_t last;
};

// Every `step`-th code point from `first` to `last` has its upper case `delta` further.
struct UpperRange {
  uint32_t first;
  uint32_t last;
  uint32_t step;
  int32_t delta;
};

// A code point whose upper case is several, in UTF-8.
struct UpperSpecial {
  uint32_t code_point;
  const char* upper;
};

// What repr() escapes.
extern const CodePointRange kUnprintable[];
extern const size_t kUnprintableCount;

// What upper() changes.
extern const UpperRange kUpperRanges[];
extern const size_t kUpperRangesCount;
extern const UpperSpecial kUpperSpecials[];
extern const size_t kUpperSpecialsCount;

}  // namespace sm

#endif  // SM_BOOTSTRAP_ENVIRONMENT_UNICODE_TABLES_H_
