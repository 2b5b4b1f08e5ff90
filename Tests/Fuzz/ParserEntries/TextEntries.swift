import Configuration
import Files
import Hosts

/// Reads a configuration; what stands behind a NUL is given by `--set`. One that is taken must read back as itself.
func readConfiguration(_ bytes: [UInt8]) throws {
  let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
  let overrides = parts.dropFirst().map { String(decoding: $0, as: UTF8.self) }
  let configuration = try Configuration(bytes: Array(parts[0]), file: "run.yaml", overrides: overrides)
  let printed = configuration.yaml
  do {
    let again = try Configuration(yaml: printed, file: "resolved.yaml")
    precondition(again == configuration, "printed:\n\(printed)\nreads back as:\n\(again.yaml)")
  } catch { preconditionFailure("printed:\n\(printed)\nis refused: \(error)") }
}

func readHostfile(_ bytes: [UInt8]) throws {
  let hostfile = try Hostfile(parsing: String(decoding: bytes, as: UTF8.self), path: "hosts")
  for host in hostfile.hosts {
    precondition(!host.name.isEmpty && !host.name.hasPrefix("-"), "no name that ssh takes for an option")
  }
  precondition(hostfile.slots ?? 1 > 0, "a host has slots")
  precondition(Set(hostfile.hosts.map(\.name)).count == hostfile.hosts.count, "a host stands once")
  do {
    let again = try Hostfile(parsing: hostfile.text, path: "written")
    precondition(again.hosts == hostfile.hosts, "written:\n\(hostfile.text)reads back as:\n\(again.text)")
    precondition(again.isPlain, "mpirun reads what is written:\n\(hostfile.text)")
  } catch { preconditionFailure("written:\n\(hostfile.text)is refused: \(error)") }
}

/// Reads the list of files that disttrain wrote.
func readFolderMarker(_ bytes: [UInt8]) {
  let marker = FolderMarker(text: bytes)
  precondition(FolderMarker(text: marker.text) == marker, "written, it reads back as itself")
  guard case .entries(let names) = marker else { return }
  precondition(!names.isEmpty && !names.contains([]), "an entry has a name")
}
