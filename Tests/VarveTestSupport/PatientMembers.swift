/// Configs of a server whose members stay in their groups though a machine that runs a thousand
/// tests at once keeps them from saying a word for minutes. A test of what happens to a silent
/// member sets its own.
package let patientMembers = [
  "group.consumer.max.session.timeout.ms": "3600000",
  "group.consumer.session.timeout.ms": "3600000",
  "group.share.max.session.timeout.ms": "3600000",
  "group.share.session.timeout.ms": "3600000",
]
