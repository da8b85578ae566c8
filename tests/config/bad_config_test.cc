// Bad input: each ends with one clear message, whatever it is.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "bootstrap/config/job_config.h"
#include "tests/config/config_files.h"
#include "tests/config/random_json.h"
#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::sm::testing::ConfigFiles;
using ::sm::testing::RandomJson;
using ::sm::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

struct BadFile {
  const char* file;
  std::string contents;
  std::string message;  // what follows "<path>: "
};

void ExpectEachRefused(const std::vector<BadFile>& rows) {
  for (const BadFile& row : rows) {
    const ConfigFiles files;
    files.Write(row.file, row.contents);
    EXPECT_THAT(files.Read(),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr(absl::StrCat(files.Path(row.file), ": ", row.message))))
        << row.contents;
  }
}

TEST(BadConfigTest, FilesThatAreNoJsonObjects) {
  for (const char* file : {"resourceconfig.json", "hyperparameters.json", "inputdataconfig.json"}) {
    ExpectEachRefused({
        {file, "", "line 1, column 1: found the end of the text, expected a JSON value"},
        {file, "{\"a\": 1", "line 1, column 8: found the end of the text, expected ',' or '}'"},
        {file, "{\n  \"a\": \"\xFF\"}", "line 2, column 9: found byte 0xff, expected UTF-8"},
        {file, std::string("{}\0", 3), R"(line 1, column 3: found "\u0000")"},
        {file, "\xEF\xBB\xBF{}", "line 1, column 1: found a UTF-8 byte order mark"},
        {file, "[]", "found an array, expected an object"},
        {file, "null", "found null, expected an object"},
        {file, "3", "found an integer (3), expected an object"},
        {file, std::string(1000, '['), "line 1, column 501: found nesting deeper than 500 levels"},
    });
  }
}

BadFile Resources(const std::string& contents, const std::string& message) {
  return {"resourceconfig.json", contents, message};
}

// One member beside a valid current_host and hosts.
BadFile Extra(const std::string& member, const std::string& message) {
  return Resources(absl::StrCat(R"({"current_host": "a", "hosts": ["a", "b"], )", member, "}"),
                   message);
}

BadFile Groups(const std::string& groups, const std::string& message) {
  return Extra(absl::StrCat("\"instance_groups\": ", groups), message);
}

TEST(BadConfigTest, Hosts) {
  constexpr absl::string_view kExpected = "expected a non-empty array of host names, each once";
  const auto hosts = [&](const std::string& value, const std::string& key,
                         const std::string& found) {
    return Resources(absl::StrCat(R"({"current_host": "a", "hosts": )", value, "}"),
                     absl::StrCat("key \"", key, "\": found ", found, ", ", kExpected));
  };
  ExpectEachRefused({
      Resources(R"({"current_host": "a"})",
                absl::StrCat("key \"hosts\": found nothing, ", kExpected)),
      hosts("3", "hosts", "an integer (3)"),
      hosts("null", "hosts", "null"),
      hosts("\"a\"", "hosts", "a string (\"a\")"),
      hosts("{}", "hosts", "an object"),
      hosts("[]", "hosts", "an empty array"),
      hosts("[\"a\", 1.5]", "hosts[1]", "a number (1.5)"),
      hosts("[\"a\", null]", "hosts[1]", "null"),
      hosts("[\"a\", \"\"]", "hosts[1]", "an empty string"),
      hosts(R"(["a", "b\u0000c"])", "hosts[1]", R"(a string ("b\u0000c") with a NUL character)"),
      hosts(R"(["a", "b", "a"])", "hosts[2]", "\"a\" a second time"),
  });
}

TEST(BadConfigTest, CurrentHost) {
  const auto current = [](const std::string& value, const std::string& message) {
    return Resources(absl::StrCat(R"({"hosts": ["a", "b"], "current_host": )", value, "}"),
                     absl::StrCat("key \"current_host\": found ", message));
  };
  ExpectEachRefused({
      Resources(R"({"hosts": ["a"]})",
                "key \"current_host\": found nothing, expected the name of this host"),
      current("1", "an integer (1), expected the name of this host"),
      current("\"\"", "an empty string, expected the name of this host"),
      current("[\"a\"]", "an array, expected the name of this host"),
      current("\"c\"", R"("c", expected one of "hosts": "a", "b")"),
  });
}

TEST(BadConfigTest, AMessageNamesSomeOfManyHosts) {
  std::string hosts;
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&hosts, i == 0 ? "" : ",", "\"algo-", i, "\"");
  const ConfigFiles files;
  files.Write("resourceconfig.json",
              absl::StrCat(R"({"current_host": "x", "hosts": [)", hosts, "]}"));
  const absl::Status status = files.Read().status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("\"algo-7\" and 992 more"));
}

TEST(BadConfigTest, OptionalResourceKeys) {
  ExpectEachRefused({
      Extra(R"("network_interface_name": 0)",
            "key \"network_interface_name\": found an integer (0), expected the name of a network"),
      Extra(R"("network_interface_name": null)",
            "key \"network_interface_name\": found null, expected the name of a network interface"),
      Extra(R"("network_interface_name": "")",
            "key \"network_interface_name\": found an empty string, expected"),
      Extra(R"("current_instance_type": ["x"])",
            "key \"current_instance_type\": found an array, expected an instance type"),
      Extra(R"("current_group_name": true)",
            "key \"current_group_name\": found a boolean (true), expected the name of an instance"),
      Extra(R"("topology": {})", "key \"topology\": found an object, expected an array"),
  });
}

TEST(BadConfigTest, InstanceGroups) {
  ExpectEachRefused({
      Groups("{}",
             "key \"instance_groups\": found an object, expected an array of instance groups"),
      Groups("null", "key \"instance_groups\": found null, expected an array of instance groups"),
      Groups("[3]", "key \"instance_groups[0]\": found an integer (3), expected an object"),
      Groups("[{}]",
             "key \"instance_groups[0].instance_group_name\": found nothing, expected the name"),
      Groups(R"([{"instance_group_name": 1}])",
             "key \"instance_groups[0].instance_group_name\": found an integer (1), expected"),
      Groups(R"([{"instance_group_name": "g"}])",
             "key \"instance_groups[0].hosts\": found nothing, expected an array of host names"),
      Groups(R"([{"instance_group_name": "g", "hosts": "a"}])",
             "key \"instance_groups[0].hosts\": found a string (\"a\"), expected an array"),
      Groups(R"([{"instance_group_name": "g", "hosts": ["a", 1]}])",
             "key \"instance_groups[0].hosts[1]\": found an integer (1), expected an array"),
      Groups(R"([{"instance_group_name": "g", "hosts": ["a", "z"]}])",
             R"(key "instance_groups[0].hosts[1]": found "z", expected one of "hosts": "a", "b")"),
      Groups(R"([{"instance_group_name": "g", "instance_type": 5, "hosts": ["a"]}])",
             "key \"instance_groups[0].instance_type\": found an integer (5), expected"),
      Groups(R"([{"instance_group_name": "g", "hosts": ["a"]},
                 {"instance_group_name": "g", "hosts": ["b"]}])",
             R"(key "instance_groups[1].instance_group_name": found "g" a second time, expected)"),
      Groups(R"([{"instance_group_name": "g", "hosts": ["a"]},
                 {"instance_group_name": "h", "hosts": ["a"]}])",
             R"(key "instance_groups[1].hosts[0]": found "a", already in group "g", expected)"),
  });
}

TEST(BadConfigTest, Hyperparameters) {
  const auto row = [](const std::string& contents, const std::string& message) {
    return BadFile{"hyperparameters.json", contents, message};
  };
  const std::string deep(600, '[');
  ExpectEachRefused({
      row(R"({"a=b": 1})", "key \"a=b\": found a name with '=', expected a hyperparameter's name"),
      row(R"({"": 1})", "key \"\": found an empty name, expected a hyperparameter's name"),
      row(R"({"a\u0000b": 1})", R"(key "a\u0000b": found a name with NUL, expected)"),
      row(R"({"a": "x\u0000y"})",
          R"(key "a": found a string ("x\u0000y") with a NUL character, expected text)"),
      row(R"({"a": "\"x\\u0000y\""})", R"(key "a": found a string ("x\u0000y") with a NUL)"),
      row(R"({"a": {"b": "x\u0000y"}})", R"(key "a": found an object with a NUL character)"),
      row(R"({"a": {"x\u0000y": 1}})", R"(key "a": found an object with a NUL character)"),
      row(absl::StrCat(R"({"a": ")", deep, "\"}"),
          "key \"a\": line 1, column 501: found nesting deeper than 500 levels"),
      row(R"({"sagemaker_program": 5})",
          "key \"sagemaker_program\": found an integer (5), expected a string"),
      row(R"({"sagemaker_program": "5"})",
          "key \"sagemaker_program\": found an integer (5), expected a string"),
      row(R"({"sagemaker_program": "a\u0000b"})", "key \"sagemaker_program\": found a string"),
      row(R"({"sagemaker_submit_directory": ["x"]})",
          "key \"sagemaker_submit_directory\": found an array, expected a string"),
      row(R"({"sagemaker_job_name": 1})", "key \"sagemaker_job_name\": found an integer (1)"),
      row(R"({"sagemaker_region": true})", "key \"sagemaker_region\": found a boolean (true)"),
  });
}

TEST(BadConfigTest, NulThatIsEscapedLaterIsFine) {
  const ConfigFiles files;
  files.Write("hyperparameters.json", R"({"a": ["\u0000"], "b": {"c": ["\u0000"]}})");
  EXPECT_THAT(files.Read(), ::sm::testing::IsOk());
}

TEST(BadConfigTest, LongKeysAreShortenedInMessages) {
  const ConfigFiles files;
  files.Write("hyperparameters.json", absl::StrCat("{\"", std::string(1000000, 'k'), "=\": \"",
                                                   std::string(100, 'v'), "\"}"));
  const absl::Status status = files.Read().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_LT(status.message().size(), 400U);
}

TEST(BadConfigTest, Channels) {
  const auto row = [](const std::string& contents, const std::string& message) {
    return BadFile{"inputdataconfig.json", contents, message};
  };
  ExpectEachRefused({
      row(R"({"a=b": {}})", "key \"a=b\": found a name with '=', expected a channel's name"),
      row(R"({"": {}})", "key \"\": found an empty name, expected a channel's name"),
      row(R"({"a\u0000": {}})", "key \"a\\u0000\": found a name with NUL, expected"),
      row(R"({"train": "File"})",
          "key \"train\": found a string (\"File\"), expected an object that describes a channel"),
      row(R"({"train": null})", "key \"train\": found null, expected an object"),
  });
}

// A valid file with a few bytes changed, inserted, removed, or cut off.
std::string Mutated(std::string text, RandomJson& random) {
  for (uint64_t edits = 1 + random.Below(4); edits > 0; --edits) {
    const size_t at = random.Below(text.size() + 1);
    const auto byte = static_cast<char>(random.Below(256));
    switch (random.Below(4)) {
      case 0:
        text.insert(at, 1, byte);
        break;
      case 1:
        text.resize(random.Below(8) == 0 ? at : text.size());
        break;
      case 2:
        text.erase(at, random.Below(4));
        break;
      default:
        if (at < text.size()) text[at] = byte;
    }
  }
  return text;
}

TEST(BadConfigTest, MutatedFilesGiveAValueOrOneClearError) {
  const std::pair<const char*, const char*> valid[] = {
      {"resourceconfig.json",
       R"({"current_host": "algo-1", "hosts": ["algo-1", "algo-2"], "network_interface_name": "eth0",
           "current_group_name": "g", "instance_groups": [{"instance_group_name": "g",
           "instance_type": "ml", "hosts": ["algo-1", "algo-2"]}], "topology": [{"a": 1e5}]})"},
      {"hyperparameters.json",
       R"({"lr": "0.1", "x": "[1, {\"a\": \"\\ud83d\\ude00\"}]", "f": -1.5e-7, "n": null,
           "sagemaker_program": "\"train.py\"", "caf\u00e9": {"k": "v"}})"},
      {"inputdataconfig.json", R"({"train": {"TrainingInputMode": "File"}, "b": {"c": [true]}})"},
  };
  RandomJson random(7);
  for (const auto& [file, text] : valid) {
    const ConfigFiles files;
    files.Write(file, text);
    ASSERT_THAT(files.Read(), ::sm::testing::IsOk()) << file;
    for (int i = 0; i < 2000; ++i) {
      const std::string mutated = Mutated(text, random);
      files.Write(file, mutated);
      const absl::Status status = files.Read().status();
      if (status.ok()) continue;
      ASSERT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                                   AllOf(HasSubstr(files.Path(file)), HasSubstr("found "),
                                         HasSubstr("expected "))))
          << mutated;
      ASSERT_LT(status.message().size(), 600U) << mutated;
    }
  }
}

}  // namespace
}  // namespace sm
