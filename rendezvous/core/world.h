// The world: who takes part, in which order, and where they meet. Decided once by the leader.
#ifndef SM_RENDEZVOUS_CORE_WORLD_H_
#define SM_RENDEZVOUS_CORE_WORLD_H_

#include <cstdint>
#include <string>
#include <vector>

namespace sm {

struct Member {
  std::string host;
  int host_rank = 0;         // position in the distribution's host list
  std::string address;       // numeric, of the job's interface
  int local_world_size = 1;  // ranks on this host
  int first_rank = 0;        // global rank of its local rank 0
  bool operator==(const Member&) const = default;
};

struct World {
  std::vector<Member> members;  // dense, in host rank order
  int world_size = 0;           // sum of the local world sizes
  std::string master_address;   // members[0].address
  int master_port = 0;          // 1..65535, found free on the leader when the world was made
  uint64_t run_id = 0;          // random, the same on every host, new for every world
  bool operator==(const World&) const = default;
};

}  // namespace sm

#endif  // SM_RENDEZVOUS_CORE_WORLD_H_
