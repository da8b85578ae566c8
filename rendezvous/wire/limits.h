// How much one side takes from the other.
#ifndef SM_RENDEZVOUS_WIRE_LIMITS_H_
#define SM_RENDEZVOUS_WIRE_LIMITS_H_

namespace sm::rendezvous {

// The largest message of a host: a Hello with as many agreements as are allowed is 20 KiB.
inline constexpr int kMaxHostMessageBytes = 64 << 10;

// The largest message of the leader: a world of 100,000 IPv6 hosts is 2 MiB.
inline constexpr int kMaxLeaderMessageBytes = 16 << 20;

// How many messages wait for a peer that does not read, before its stream is cut.
inline constexpr int kMaxQueuedMessages = 256;

}  // namespace sm::rendezvous

#endif  // SM_RENDEZVOUS_WIRE_LIMITS_H_
