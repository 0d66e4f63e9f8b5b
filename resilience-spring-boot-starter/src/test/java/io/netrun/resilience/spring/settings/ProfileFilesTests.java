package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.DefaultResourceLoader;

/** Files that Spring Boot reads for a profile, on a platform or by an import, and what they say of unused settings. */
@ExtendWith(OutputCaptureExtension.class)
class ProfileFilesTests {

    private static final String MISTYPED = "resilience.retry.instances.carier.max-attempts=9\n";

    @TempDir
    private Path directory;

    static class Carrier {

        @Retry(name = "carrier")
        public void call() {
            // Only its annotation matters.
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(ResilienceAutoConfiguration.class)
    static class Shop {

        @Bean
        Carrier carrier() {
            return new Carrier();
        }
    }

    private static ConfigurableApplicationContext start(ClassLoader loader, String... arguments) {
        Thread thread = Thread.currentThread();
        ClassLoader former = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return new SpringApplicationBuilder(Shop.class)
                    .web(WebApplicationType.NONE)
                    .resourceLoader(new DefaultResourceLoader(loader))
                    .run(arguments);
        } finally {
            thread.setContextClassLoader(former);
        }
    }

    /** The class path of the application, with the files of a directory. */
    private ClassLoader classPath() throws IOException {
        return new URLClassLoader(new URL[] {directory.toUri().toURL()}, ProfileFilesTests.class.getClassLoader());
    }

    private void write(String file, String text) throws IOException {
        Path path = directory.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private void assertStartsWithAWarning(CapturedOutput output, String... arguments) throws IOException {
        start(classPath(), arguments).close();
        assertThat(output).contains("Retry 'carier' has settings in the configuration");
    }

    @ParameterizedTest
    @CsvSource({
        "application-prod.properties, prod, application, classpath:/",
        "application-prod-eu.properties, prod-eu, application, classpath:/",
        "config/application-prod-eu.properties, 'prod-eu,blue', application,"
                + " 'optional:classpath:/,optional:classpath:/config/'",
        "shops/shop-api-eu.properties, eu, shop-api, classpath:/shops/",
        "application-default.properties, '', application, classpath:/",
        "application-db-eu.properties, prod, application, classpath:/"
    })
    void fileOfAProfileShouldStopNoStart(
            String file, String profiles, String name, String location, CapturedOutput output) throws IOException {
        write(file, MISTYPED);
        String[] arguments = Stream.of(
                        "--spring.config.name=" + name,
                        "--spring.config.location=" + location,
                        "--spring.profiles.group.prod=db-eu",
                        profiles.isEmpty() ? "" : "--spring.profiles.active=" + profiles)
                .filter(argument -> !argument.isEmpty())
                .toArray(String[]::new);
        assertStartsWithAWarning(output, arguments);
    }

    @Test
    void fileForAllProfilesShouldStopTheStart() throws IOException {
        write("application.properties", MISTYPED);
        assertThatThrownBy(() ->
                        start(classPath(), "--spring.config.location=classpath:/", "--spring.profiles.active=prod-eu"))
                .hasMessageContaining("Did you mean 'carrier'");
    }

    @Test
    void documentForACloudPlatformShouldStopNoStart(CapturedOutput output) throws IOException {
        write(
                "application.properties",
                "spring.main.cloud-platform=kubernetes\n#---\n"
                        + "spring.config.activate.on-cloud-platform=kubernetes\n" + MISTYPED);
        assertStartsWithAWarning(output, "--spring.config.location=classpath:/");
    }

    @Test
    void fileThatADocumentOfAProfileImportsShouldStopNoStart(CapturedOutput output) throws IOException {
        write(
                "application.properties",
                "used=1\n#---\nspring.config.activate.on-profile=prod\n"
                        + "spring.config.import=classpath:/first.properties\n");
        write("first.properties", "spring.config.import=classpath:/second.properties\n");
        write("second.properties", MISTYPED);
        assertStartsWithAWarning(output, "--spring.config.location=classpath:/", "--spring.profiles.active=prod");
    }

    @Test
    void fileThatTheApplicationImportsShouldStopTheStart() throws IOException {
        write("application.properties", "spring.config.import=classpath:/first.properties\n");
        write("first.properties", MISTYPED);
        assertThatThrownBy(() -> start(classPath(), "--spring.config.location=classpath:/"))
                .hasMessageContaining("Did you mean 'carrier'");
    }

    @ParameterizedTest
    @CsvSource({"application.properties, ''", "application.properties, optional:", "common.properties, import"})
    void fileOutsideTheClassPathShouldStopNoStart(String file, String how, CapturedOutput output) throws IOException {
        write("outside/" + file, MISTYPED);
        String path = directory.resolve("outside").toUri().toString();
        String[] arguments = how.equals("import")
                ? new String[] {"--spring.config.import=" + path + file}
                : new String[] {"--spring.config.additional-location=" + how + path};
        assertStartsWithAWarning(output, arguments);
    }

    @Test
    void fileOfALibraryShouldStopNoStart(CapturedOutput output) throws IOException {
        Path library = jar("company.jar", "company.properties");
        write("application.properties", "spring.config.import=classpath:/company.properties\n");
        URL[] classPath = {directory.toUri().toURL(), library.toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(classPath, ProfileFilesTests.class.getClassLoader())) {
            start(loader, "--spring.config.location=classpath:/").close();
        }
        assertThat(output).contains("Retry 'carier' has settings in the configuration");
    }

    /** As in the one file of a packaged application. */
    @Test
    void importedFileOfAPackagedApplicationShouldStopTheStart() throws IOException {
        Path application = jar("shop.jar", "BOOT-INF/classes/company.properties");
        write("application.properties", "spring.config.import=classpath:/company.properties\n");
        URL[] classPath = {directory.toUri().toURL(), new URL("jar:" + application.toUri() + "!/BOOT-INF/classes/")};
        try (URLClassLoader loader = new URLClassLoader(classPath, ProfileFilesTests.class.getClassLoader())) {
            assertThatThrownBy(() -> start(loader, "--spring.config.location=classpath:/"))
                    .hasMessageContaining("Did you mean 'carrier'");
        }
    }

    private Path jar(String name, String entry) throws IOException {
        Path jar = directory.resolve(name);
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            zip.putNextEntry(new ZipEntry(entry));
            zip.write(MISTYPED.getBytes(StandardCharsets.UTF_8));
            zip.closeEntry();
        }
        return jar;
    }

    @Test
    void directoryOfMountedValuesShouldStopNoStart(CapturedOutput output) throws IOException {
        write("mounted/resilience.retry.instances.carier.max-attempts", "9");
        assertStartsWithAWarning(
                output, "--spring.config.import=optional:configtree:" + directory.resolve("mounted") + "/");
    }
}
