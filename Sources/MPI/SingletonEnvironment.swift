@preconcurrency import Glibc

/// The environment of a process that starts MPI without mpirun. MPI 3.1 §10.5.2.
///
/// Open MPI would fork a daemon for it, which is needed only to spawn more ranks and inherits every open file. It also
/// leaves variables behind that make an mpirun started later by this process end at once, without a message.
enum SingletonEnvironment {
  /// Runs `start`, MPI's initialization, without the daemon, and removes the variables that it has set.
  static func around<Result>(_ start: () throws(MPIError) -> Result) throws(MPIError) -> Result {
    if LaunchEnvironment.current.launchedByMPI { return try start() }
    let before = names
    defer { for name in names.subtracting(before) { unsetenv(name) } }
    setenv("OMPI_MCA_ess_singleton_isolated", "1", 0)
    return try start()
  }

  private static var names: Set<String> {
    var names: Set<String> = []
    var entry = environ
    while let text = entry.pointee {
      names.insert(String(String(cString: text).prefix { $0 != "=" }))
      entry += 1
    }
    return names
  }
}
