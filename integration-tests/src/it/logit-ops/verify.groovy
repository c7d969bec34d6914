// The jar names its provider, and the tests of the kit did run: a build without tests would pass as well.
def jar = new java.util.zip.ZipFile(new File(basedir, 'target/logit-ops-1.0-SNAPSHOT.jar'))
def services = jar.getEntry('META-INF/services/io.autodiff.spi.OpProvider')
assert jar.getInputStream(services).text.trim() == 'com.example.logit.LogitOps'
jar.close()

def suites = ['LogitOpsTest', 'InstalledTest'].collectEntries { name ->
    [name, new groovy.xml.XmlSlurper().parse(new File(basedir, "target/surefire-reports/TEST-com.example.logit.${name}.xml"))]
}
assert suites.LogitOpsTest.testcase.size() >= 15
assert suites.InstalledTest.testcase.size() == 3
