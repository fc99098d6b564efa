"""ActiveMQ Classic, for tests: Debian's broker with a configuration of our own, STOMP on loopback and nothing else."""

import socket

from opensky.cli.servers.server import HOST, Server, find

_HOME = "/usr/share/activemq"
_CONFIGURATION = """\
<beans xmlns="http://www.springframework.org/schema/beans"
       xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
       xsi:schemaLocation="http://www.springframework.org/schema/beans http://www.springframework.org/schema/beans/spring-beans.xsd
                           http://activemq.apache.org/schema/core http://activemq.apache.org/schema/core/activemq-core.xsd">
  <broker xmlns="http://activemq.apache.org/schema/core" brokerName="opensky" dataDirectory="{data}"
          useJmx="false" schedulerSupport="true" advisorySupport="false">
    <persistenceAdapter><kahaDB directory="{data}/kahadb" journalMaxFileLength="8mb"/></persistenceAdapter>
    <plugins>
      <simpleAuthenticationPlugin>
        <users><authenticationUser username="opensky" password="{password}" groups="all"/></users>
      </simpleAuthenticationPlugin>
    </plugins>
    <transportConnectors><transportConnector name="stomp" uri="stomp://{host}:{port}"/></transportConnectors>
  </broker>
</beans>
"""


class ActiveMQ(Server):
    """An ActiveMQ Classic of the installed version, on data of its own."""

    name = "ActiveMQ"
    variable = "TEST_ACTIVEMQ_URL"
    packages = ("activemq",)
    account = "activemq"

    @property
    def url(self) -> str:
        """The broker, for an account that may use every queue."""
        return f"stomp://opensky:{self.password}@{HOST}:{self.port}/"

    @classmethod
    def missing(cls) -> str:
        """Return the program that is not there."""
        return "" if find("activemq") and find("java") else "activemq"

    def prepare(self) -> None:
        """Write the configuration."""
        text = _CONFIGURATION.format(data=self.data, password=self.password, host=HOST, port=self.port)
        (self.folder / "activemq.xml").write_text(text, "utf-8")
        self._run(find("java"), "-version")  # gives the folder to the account

    def command(self) -> list[str]:
        """Serve on loopback alone."""
        return [
            find("java"),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            f"-Dactivemq.home={_HOME}",
            f"-Dactivemq.base={self.folder}",
            f"-Dactivemq.conf={self.folder}",
            f"-Dactivemq.data={self.data}",
            "-jar",
            f"{_HOME}/bin/activemq.jar",
            "start",
            f"xbean:file:{self.folder / 'activemq.xml'}",
        ]

    def answers(self) -> bool:
        """Whether it takes connections."""
        return listens(self.port)


def listens(port: int) -> bool:
    """Say whether something listens on a port of this machine."""
    try:
        socket.create_connection((HOST, port), 1).close()
    except OSError:
        return False
    return True
