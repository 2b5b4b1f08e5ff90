import Foundation
import Hosts

/// Finds the programs to run.
package enum Executables {
  /// The first executable file `name` of the folders of `path`, a PATH.
  package static func find(_ name: String, path: String?) -> String? {
    (path ?? "").split(separator: ":").map { folder -> String in "\(folder)/\(name)" }.first(where: isProgram)
  }

  /// disttrain beside this launcher, or else in the PATH.
  package static func disttrain(environment: [String: String]) throws(LaunchError) -> String {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let beside = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("disttrain").path
    if isProgram(beside) { return beside }
    if let found = find("disttrain", path: environment["PATH"]) { return found }
    throw LaunchError("found no disttrain beside \(own) nor in PATH, expected the program: swift build -c release")
  }

  package static func mpirun(environment: [String: String]) throws(LaunchError) -> String {
    if let found = find("mpirun", path: environment["PATH"]) { return found }
    throw LaunchError(
      "found no mpirun in PATH, expected Open MPI's: run scripts/setup, or sudo apt-get install openmpi-bin")
  }

  private static func isProgram(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
      && access(path, X_OK) == 0
  }
}
