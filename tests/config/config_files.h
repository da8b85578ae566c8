// A base directory with the three files of a job, for tests.
#ifndef SM_TESTS_CONFIG_CONFIG_FILES_H_
#define SM_TESTS_CONFIG_CONFIG_FILES_H_

#include <string>

#include "absl/status/statusor.h"
#include "bootstrap/config/job_config.h"
#include "tests/support/file_tree.h"

namespace sm::testing {

class ConfigFiles {
 public:
  // Two hosts, no hyperparameters, no channels.
  ConfigFiles() {
    Write("resourceconfig.json", R"({"current_host": "algo-1", "hosts": ["algo-1", "algo-2"]})");
    Write("hyperparameters.json", "{}");
    Write("inputdataconfig.json", "{}");
  }

  const std::string& base() const { return tree_.root(); }

  std::string Path(const std::string& file) const { return tree_.Path("input/config/" + file); }

  void Write(const std::string& file, const std::string& contents) const {
    tree_.Write("input/config/" + file, contents);
  }

  absl::StatusOr<JobConfig> Read(const EnvMap& env = {}) const {
    return ReadJobConfig({base(), /*required=*/true}, env, "/work");
  }

 private:
  FileTree tree_;
};

}  // namespace sm::testing

#endif  // SM_TESTS_CONFIG_CONFIG_FILES_H_
