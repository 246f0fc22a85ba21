/// Settings of kcat, which gives up for good where a busy machine lets it wait ten seconds.
package let patientKcat = [
  "api.version.request.timeout.ms=300000", "socket.timeout.ms=300000",
  "socket.connection.setup.timeout.ms=300000",
]
