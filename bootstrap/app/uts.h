// A host name of our own, for several bootstrappers on one machine.
#ifndef SM_BOOTSTRAP_APP_UTS_H_
#define SM_BOOTSTRAP_APP_UTS_H_

#include <string>

namespace sm {

// Moves this process into a new UTS namespace and names it `name`; without the privilege, through a
// user namespace in which our own user and group keep their numbers. Programs that identify a node
// by gethostname() (MPI daemons above all) then see one node per bootstrapper. Where the kernel
// allows neither, a warning in the log is all that happens. Call before the first thread starts.
void EnterUtsNamespace(const std::string& name);

}  // namespace sm

#endif  // SM_BOOTSTRAP_APP_UTS_H_
