// An environment as text, for `sm-bootstrap env`.
#ifndef SM_BOOTSTRAP_ENVIRONMENT_FORMAT_H_
#define SM_BOOTSTRAP_ENVIRONMENT_FORMAT_H_

#include <string>

#include "bootstrap/base/env_map.h"

namespace sm {

// One `export NAME='value'` for each variable, for a POSIX shell to source whatever bytes the
// values hold. A name that is none for a shell ("SM_HP_LEARNING-RATE") cannot be exported by one:
// it gets a comment line, with name and value as JSON strings so that it stays one line.
std::string FormatShell(const EnvMap& env);

// One JSON object, names to values, sorted, on one line. Bytes that are no UTF-8 appear as Python's
// surrogateescape has them: "\udcff".
std::string FormatJson(const EnvMap& env);

}  // namespace sm

#endif  // SM_BOOTSTRAP_ENVIRONMENT_FORMAT_H_
