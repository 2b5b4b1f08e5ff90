import Foundation
import Hosts
import Processes

/// The paths of the programs that the launcher runs.
package enum Executables {
  /// disttrain in the folder of this launcher, or else in PATH.
  package static func disttrain(environment: [String: String]) throws(LaunchError) -> String {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let beside = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("disttrain").path
    if Executable.isProgram(beside) { return beside }
    if let found = Executable.find("disttrain", in: environment["PATH"]) { return found }
    throw LaunchError("found no disttrain beside \(own) nor in PATH, expected the program: swift build -c release")
  }

  package static func mpirun(environment: [String: String]) throws(LaunchError) -> String {
    if let found = Executable.find("mpirun", in: environment["PATH"]) { return found }
    throw LaunchError(
      "found no mpirun in PATH, expected Open MPI's: run scripts/setup, or sudo apt-get install openmpi-bin")
  }
}
