import Testing
import VarveClient
import VarveSecurity

/// Goal: the client's side of SCRAM says what the RFCs say, and trusts no server that does not know
/// the password. Method: the exchange of RFC 7677.
@Suite struct ScramLoginTests {
  private static let challenge =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"

  private static func begun(_ user: String = "user") -> ScramLogin {
    ScramLogin(.sha256, user: user, password: "pencil", nonce: "rOprNGfwEbeRWgbNEkqO")
  }

  @Test("G61: the exchange of RFC 7677 goes as it is printed there")
  func exchange() throws {
    var login = Self.begun()
    #expect(login.first == Array("n,,n=user,r=rOprNGfwEbeRWgbNEkqO".utf8))
    let final = try login.final(to: Array(Self.challenge.utf8))
    #expect(
      String(decoding: final, as: UTF8.self)
        == "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
    try login.check(Array("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8))
  }

  @Test(
    "G61: a server that does not know the password is not trusted",
    arguments: [
      "", "v=", "e=other-error", "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=",
      "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95GA=",
      "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    ])
  func impostor(answer: String) throws {
    var login = Self.begun()
    #expect(throws: ScramLogin.Fault.self) { try login.check(Array(answer.utf8)) }
    _ = try login.final(to: Array(Self.challenge.utf8))
    #expect(throws: ScramLogin.Fault.self) { try login.check(Array(answer.utf8)) }
  }

  @Test(
    "G61: a challenge that would give the password away, or keep us busy, is not answered",
    arguments: [
      "", "r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
      "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096",
      "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095",
      "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1000001",
      "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=99999999999999999999",
      "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==", "m=x,r=y,s=z,i=4096",
      "r=rOprNGfwEbeRWgbNEkqOx,s=no Base64,i=4096",
    ])
  func challenges(text: String) {
    var login = Self.begun()
    #expect(throws: ScramLogin.Fault.self) { try login.final(to: Array(text.utf8)) }
  }

  @Test func `a name with a comma and an equals sign is written as RFC 5802 has it`() {
    #expect(Self.begun("a=b,c").first == Array("n,,n=a=3Db=2Cc,r=rOprNGfwEbeRWgbNEkqO".utf8))
  }
}
