// JSON values as Python's str() and repr() write what json.loads() makes of them.
//
// Strings are taken and given as json::Value holds them. A byte that is no UTF-8 counts as the
// surrogate that Python's surrogateescape has for it.
#ifndef SM_BOOTSTRAP_ENVIRONMENT_PYTHON_STR_H_
#define SM_BOOTSTRAP_ENVIRONMENT_PYTHON_STR_H_

#include <string>

#include "absl/strings/string_view.h"
#include "bootstrap/config/json.h"

namespace sm {

// str(): None, True, 1e-05, a string as it is, [1, 'a'], {'k': None} in the members' own order.
std::string PythonStr(const json::Value& value);

// repr(): as str(), but a string is quoted and what cannot be printed is escaped.
std::string PythonRepr(const json::Value& value);

// str.upper(): Unicode's full mapping, so that "ß" becomes "SS".
std::string PythonUpper(absl::string_view text);

}  // namespace sm

#endif  // SM_BOOTSTRAP_ENVIRONMENT_PYTHON_STR_H_
