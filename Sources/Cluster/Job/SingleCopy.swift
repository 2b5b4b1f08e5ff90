import Glibc
import MPI
import MachineFacts

/// How Open MPI's ranks of one host hand long messages to each other: by one copy, which reads the sender's memory, or
/// by two, through shared memory.
///
/// Open MPI 4.1 chooses one copy without trying it. If it is forbidden, every long message costs a line "Read -1,
/// expected …" before it goes the other way.
package enum SingleCopy {
  /// MPI reads it when it begins; mpirun sets it for `--mca btl_vader_single_copy_mechanism …`.
  private static let setting = "OMPI_MCA_btl_vader_single_copy_mechanism"

  /// Chooses two copies if one is forbidden, before MPI begins, unless the user has chosen.
  ///
  /// - Returns: a note, if it was.
  package static func avoidIfForbidden(
    _ launch: LaunchEnvironment, _ copy: @autoclosure () -> MemoryCopy = .current
  ) -> String? {
    guard (launch.localSize ?? launch.size ?? 1) > 1, getenv(setting) == nil, case .isForbidden(let code) = copy()
    else { return nil }
    setenv(setting, "none", 1)
    return "this host forbids the ranks to read each other's memory (process_vm_readv: "
      + "\(String(cString: strerror(code)))), as some containers do: their messages take a second copy through shared "
      + "memory (btl_vader_single_copy_mechanism none). Same bits, a little slower"
  }
}
