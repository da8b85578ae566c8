// The user's script: found, checked, and turned into the argv that runs it.
#ifndef SM_BOOTSTRAP_CODE_USER_PROGRAM_H_
#define SM_BOOTSTRAP_CODE_USER_PROGRAM_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bootstrap/base/env_map.h"

namespace sm {

// What the user wants to run; the code stage has found and checked it.
struct UserProgram {
  std::string program;  // absolute path of the file to execute (Python, or the script itself)
  std::vector<std::string> argv;  // argv[0] included, ends with the user's arguments
  std::string directory;          // where it runs
};

struct UserProgramRequest {
  // The script's name: from the command line, or the sagemaker_program hyperparameter.
  std::string script;
  bool from_command_line = false;
  std::string code_directory;     // absolute; need not exist
  std::string current_directory;  // absolute
  // The Python for .py scripts: a path (relative to the current directory) or a name on PATH. Empty
  // means python3, then python.
  std::string python;
  std::vector<std::string> arguments;
  EnvMap env;  // its PATH is searched
};

// Finds the script and decides how to run it.
//
// A relative name from the command line is looked up in the current directory, then in the code
// directory; one from the configuration in the code directory. The process runs in the directory
// where the name was found, so that the name still leads to the script; for an absolute name it
// runs in the current directory when the command line gave it, else in the code directory if that
// exists.
//
//   *.py          {python, script, arguments...}; the name is passed on as the user wrote it
//   executable    {script, arguments...}, by absolute path
//   *.sh          executable: as above; not executable, or without a first line that names an
//                 interpreter: {interpreter of its #! line or /bin/sh, script, arguments...}
//
// Errors: InvalidArgument when there is no script name (with both ways to give one), when a name or
// argument holds a NUL byte, and for a directory, a file that is not executable and neither .py nor
// .sh, or one whose #! line names an interpreter that cannot be run; NotFound, with every place
// that was looked at, when there is no such script; PermissionDenied for a script that cannot be
// read; FailedPrecondition when there is no Python.
absl::StatusOr<UserProgram> ResolveUserProgram(const UserProgramRequest& request);

}  // namespace sm

#endif  // SM_BOOTSTRAP_CODE_USER_PROGRAM_H_
