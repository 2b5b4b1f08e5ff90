import Glibc

/// Whether processes of this host may copy from and to each other's memory (process_vm_readv(2)), as ranks do with long
/// messages. Containers may forbid it by seccomp, and hosts by Yama's ptrace_scope 2 and 3.
package enum MemoryCopy: Equatable, Sendable {
  case isAllowed
  /// With the errno of the call.
  case isForbidden(code: Int32)

  /// Tries the calls on a child of this process.
  ///
  /// Why a child stands for the other ranks: the kernel asks seccomp, capabilities and ptrace_scope 2 and 3 the same of
  /// each process of a user. ptrace_scope 1 allows a child, and Open MPI's ranks, which permit it to any process by
  /// prctl(2). mpirun, the parent, does not: trying it would raise false alarms. Ranks in user namespaces of their own
  /// are noticed by Open MPI itself.
  package static var current: MemoryCopy {
    guard let child = start("/bin/sleep", "5") else { return .isAllowed }  // unknown: what Open MPI assumes, too
    defer {
      kill(child, SIGKILL)
      var status: Int32 = 0
      while waitpid(child, &status, 0) == -1, errno == EINTR {}
    }
    var byte: UInt8 = 0
    return withUnsafeMutablePointer(to: &byte) { byte in
      var here = iovec(iov_base: byte, iov_len: 1)
      // No process has memory at address 0. Permission is checked first: EFAULT says that it was given.
      var there = iovec(iov_base: nil, iov_len: 1)
      for name in ["process_vm_readv", "process_vm_writev"] {
        guard let call = function(name), call(child, &here, 1, &there, 1, 0) == -1 else { continue }
        let code = errno
        if [EPERM, EACCES, ENOSYS].contains(code) { return .isForbidden(code: code) }
      }
      return .isAllowed
    }
  }

  private typealias Copy =
    @convention(c) (
      pid_t, UnsafePointer<iovec>, UInt, UnsafePointer<iovec>, UInt, UInt
    ) -> Int

  /// The functions are extensions of GNU, which Swift does not import.
  private static func function(_ name: String) -> Copy? { dlsym(nil, name).map { unsafeBitCast($0, to: Copy.self) } }

  private static func start(_ path: String, _ argument: String) -> pid_t? {
    var words = [strdup(path), strdup(argument), nil]
    defer { for word in words { free(word) } }
    var child: pid_t = 0
    return posix_spawn(&child, path, nil, nil, &words, environ) == 0 ? child : nil
  }
}
