// A temporary directory that a test fills with files, for code that takes a root directory.
#ifndef SM_TESTS_SUPPORT_FILE_TREE_H_
#define SM_TESTS_SUPPORT_FILE_TREE_H_

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace sm::testing {

// Made empty, removed with all that it holds when the object goes away.
class FileTree {
 public:
  FileTree() {
    std::string path = (std::filesystem::temp_directory_path() / "sm-test-XXXXXX").string();
    if (mkdtemp(path.data()) == nullptr) ADD_FAILURE() << "cannot make " << path;
    root_ = path;
  }
  FileTree(const FileTree&) = delete;
  FileTree& operator=(const FileTree&) = delete;
  ~FileTree() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }

  // Absolute, without a slash at the end.
  const std::string& root() const { return root_; }
  std::string Path(const std::string& relative) const { return root_ + "/" + relative; }

  // Writes a file, making the directories that it is in; returns its absolute path.
  std::string Write(const std::string& relative, const std::string& contents,
                    mode_t mode = 0644) const {
    std::filesystem::path path(Path(relative));
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << contents;
    if (chmod(path.c_str(), mode) != 0) ADD_FAILURE() << "cannot write " << path;
    return path.string();
  }

  std::string MakeDirectory(const std::string& relative) const {
    std::filesystem::create_directories(Path(relative));
    return Path(relative);
  }

 private:
  std::string root_;
};

}  // namespace sm::testing

#endif  // SM_TESTS_SUPPORT_FILE_TREE_H_
