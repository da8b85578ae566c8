#include "bootstrap/base/env_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

namespace sm {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

// Replaces the environment until the end of the scope.
class EnvironmentOf {
 public:
  explicit EnvironmentOf(std::vector<const char*> entries) : entries_(std::move(entries)) {
    entries_.push_back(nullptr);
    environ = const_cast<char**>(entries_.data());
  }
  ~EnvironmentOf() { environ = saved_; }

 private:
  char** saved_ = environ;
  std::vector<const char*> entries_;
};

TEST(EnvMapTest, ReadsTheEnvironmentAsGetenvWould) {
  EnvironmentOf environment({"B=2", "A=", "B=3", "no equals sign", "=nameless", "C=x=y\n"});
  EXPECT_THAT(CurrentEnvironment(), ElementsAre(Pair("A", ""), Pair("B", "2"), Pair("C", "x=y\n")));
}

TEST(EnvMapTest, SurvivesAnAbsentEnvironment) {
  char** saved = environ;
  environ = nullptr;
  EXPECT_THAT(CurrentEnvironment(), ElementsAre());
  environ = saved;
}

TEST(EnvMapTest, WritesEntriesSortedByName) {
  EXPECT_THAT(ToEnvironStrings({{"B", "1"}, {"A", ""}, {"a", "x=y"}}),
              ElementsAre("A=", "B=1", "a=x=y"));
}

TEST(EnvMapTest, LooksUpWithAFallback) {
  const EnvMap env = {{"SET", "value"}, {"EMPTY", ""}};
  EXPECT_EQ(GetOr(env, "SET"), "value");
  EXPECT_EQ(GetOr(env, "EMPTY", "fallback"), "");
  EXPECT_EQ(GetOr(env, "ABSENT"), "");
  EXPECT_EQ(GetOr(env, "ABSENT", "fallback"), "fallback");
}

}  // namespace
}  // namespace sm
