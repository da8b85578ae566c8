// The "#!" line of a script.
#ifndef SM_BOOTSTRAP_CODE_SHEBANG_H_
#define SM_BOOTSTRAP_CODE_SHEBANG_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sm {

// The interpreter that the first line names and, if the line goes on, its one argument, split as
// Linux does it; absent when `text`, the beginning of a file, does not start with "#!" or names
// nothing. A carriage return at the end of the line stays: for the kernel it is a part of the name.
std::optional<std::vector<std::string>> ParseShebang(absl::string_view text);

}  // namespace sm

#endif  // SM_BOOTSTRAP_CODE_SHEBANG_H_
