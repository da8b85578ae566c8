// The machine's own Python, to compare with.
#ifndef SM_TESTS_SUPPORT_PYTHON_H_
#define SM_TESTS_SUPPORT_PYTHON_H_

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "bootstrap/base/file.h"
#include "tests/support/file_tree.h"

namespace sm::testing {

// True when `script`, an expression, holds in the python3 on the PATH; false too when there is
// none.
inline bool PythonHolds(const std::string& expression) {
  const std::string command =
      absl::StrCat("python3 -c 'import sys; sys.exit(not (", expression, "))' 2>/dev/null");
  return std::system(command.c_str()) == 0;
}

// What `script` writes to its standard output when `input` is in the file sys.argv[1].
inline std::string RunPython(const std::string& script, const std::string& input) {
  const FileTree files;
  const std::string script_path = files.Write("script.py", script);
  const std::string input_path = files.Write("input", input);
  const std::string output_path = files.Path("output");
  const std::string command =
      absl::StrCat("python3 ", script_path, " ", input_path, " > ", output_path);
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  const absl::StatusOr<std::string> output = ReadFile(output_path);
  EXPECT_TRUE(output.ok()) << output.status();
  return output.value_or("");
}

}  // namespace sm::testing

#endif  // SM_TESTS_SUPPORT_PYTHON_H_
