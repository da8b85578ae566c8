// Jobs and worlds for launcher tests, as plain values that a test changes before it plans.
#ifndef SM_TESTS_LAUNCHERS_JOB_FIXTURE_H_
#define SM_TESTS_LAUNCHERS_JOB_FIXTURE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "launchers/launcher.h"

namespace sm::testing {

// "algo-1", "algo-10", "algo-11", "algo-2", …: SageMaker lists hosts in the order of their text.
inline const std::vector<std::string>& ElevenHosts() {
  static const std::vector<std::string>& hosts =
      *new std::vector<std::string>{"algo-1", "algo-10", "algo-11", "algo-2", "algo-3", "algo-4",
                                    "algo-5", "algo-6",  "algo-7",  "algo-8", "algo-9"};
  return hosts;
}

// Hosts in rank order with their numbers of ranks; the i-th one has the address 10.0.0.(i+1).
inline World MakeWorld(const std::vector<std::pair<std::string, int>>& hosts) {
  World world;
  for (const auto& [host, ranks] : hosts) {
    const int i = static_cast<int>(world.members.size());
    world.members.push_back({.host = host,
                             .host_rank = i,
                             .address = absl::StrCat("10.0.0.", i + 1),
                             .local_world_size = ranks,
                             .first_rank = world.world_size});
    world.world_size += ranks;
  }
  world.master_address = "10.0.0.1";
  world.master_port = 7777;
  world.run_id = 0xfeed;
  return world;
}

inline World MakeUniformWorld(const std::vector<std::string>& hosts, int ranks) {
  std::vector<std::pair<std::string, int>> counted;
  counted.reserve(hosts.size());
  for (const std::string& host : hosts) counted.emplace_back(host, ranks);
  return MakeWorld(counted);
}

// Everything that a plan depends on, owned.
struct JobFixture {
  explicit JobFixture(World w) : world(std::move(w)) {
    facts.cpus.usable = 8;
    program = {.program = "/usr/bin/python3",
               .argv = {"/usr/bin/python3", "train.py", "--lr", "0.1"},
               .directory = "/opt/ml/code"};
    env = {{"PATH", "/usr/bin"}, {"SM_HOSTS", "[]"}};
  }

  absl::StatusOr<LaunchPlan> Plan(const Launcher& launcher, int host_rank) {
    if (host_rank >= 0 && host_rank < static_cast<int>(world.members.size())) {
      job.resources.current_host = world.members[host_rank].host;
    }
    return launcher.Plan(Context(host_rank));
  }

  LaunchContext Context(int host_rank) const {
    return {.job = job,
            .world = world,
            .host_rank = host_rank,
            .facts = facts,
            .interface_name = interface_name,
            .program = program,
            .env = env};
  }

  JobConfig job;
  World world;
  HostFacts facts;
  std::string interface_name = "eth0";
  UserProgram program;
  EnvMap env;
};

}  // namespace sm::testing

#endif  // SM_TESTS_LAUNCHERS_JOB_FIXTURE_H_
