import Configuration
import Glibc
import Reporting

extension SettingsReference {
  /// Prints all settings, or those of `key`, and ends the process.
  package func main(key: String?, asMarkdown: Bool) -> Never {
    do throws(UnknownSetting) {
      if asMarkdown {
        print(markdown, terminator: "")
      } else {
        print(try key.map { key throws(UnknownSetting) in try text(of: key) } ?? overview)
      }
      exit(ExitCode.done.rawValue)
    } catch {
      ProgramEnd.fail(error)
    }
  }
}
