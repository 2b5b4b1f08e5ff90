/// A data set that others publish and `disttrain data fetch` brings here.
package struct PublishedDataSet: Sendable {
  /// As the command line names it.
  package let name: String
  /// What it is and who made it.
  package let title: String
  package let licence: String
  /// Where its makers speak of it.
  package let page: String
  package let files: [RemoteFile]

  package init(name: String, title: String, licence: String, page: String, files: [RemoteFile]) {
    self.name = name
    self.title = title
    self.licence = licence
    self.page = page
    self.files = files
  }
}

/// A published file: where it is, and how to know it.
package struct RemoteFile: Sendable {
  /// The last component of its address.
  package let name: String
  package let address: String
  /// Bytes; nil where nobody has published them.
  package let size: Int?
  /// In hexadecimal digits; nil where nobody has published it: then the first copy is trusted, and later ones must equal it.
  package let sha256: String?
  /// Fetched only when asked for.
  package let isOptional: Bool
  /// What is taken out of it, where it is a zip archive.
  package let members: ArchiveMembers?

  /// - Parameter folder: the address up to the name.
  package init(
    _ name: String, in folder: String, size: Int? = nil, sha256: String? = nil, isOptional: Bool = false,
    members: ArchiveMembers? = nil
  ) {
    self.name = name
    address = folder + name
    self.size = size
    self.sha256 = sha256
    self.isOptional = isOptional
    self.members = members
  }

  private init(copying file: RemoteFile, address: String) {
    (name, size, sha256) = (file.name, file.size, file.sha256)
    (isOptional, members) = (file.isOptional, file.members)
    self.address = address
  }

  /// The same file from another server, which has it below `address`.
  func from(_ address: String) -> RemoteFile {
    RemoteFile(copying: self, address: address + (address.hasSuffix("/") ? "" : "/") + name)
  }
}

/// Which files of an archive are unpacked, without the folders they are in.
package struct ArchiveMembers: Sendable {
  /// How their names end.
  package let suffix: String
  /// A larger member, in bytes, is refused: the archive is not what it was.
  package let largest: Int

  package init(suffix: String, largest: Int) {
    self.suffix = suffix
    self.largest = largest
  }
}
