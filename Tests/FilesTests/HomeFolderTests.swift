import Files
import Foundation
import Testing

struct HomeFolderTests {
  @Test(arguments: [
    ("~", "/home/me"), ("~/", "/home/me/"), ("~/a/b", "/home/me/a/b"), ("~//a", "/home/me//a"), ("~me", "~me"),
    ("~me/a", "~me/a"), ("./~", "./~"), ("a/~/b", "a/~/b"), ("/~", "/~"), ("", ""), ("~~", "~~"), (" ~/a", " ~/a"),
  ])
  func onlyALeadingTildeIsReplaced(path: String, expected: String) {
    #expect(expandingHome(path, home: "/home/me") == expected)
  }

  @Test func aHomeThatEndsInASlash() {
    #expect(expandingHome("~/a", home: "/") == "/a" && expandingHome("~", home: "/") == "/")
  }

  @Test func theHomeOfTheEnvironment() throws {
    let home = try #require(ProcessInfo.processInfo.environment["HOME"])
    #expect(expandingHome("~/a") == expandingHome("~/a", home: home) && expandingHome("/a") == "/a")
  }
}
