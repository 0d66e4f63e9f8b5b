package io.netrun.resilience.application.docs;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netrun.resilience.fleet.FleetStore;
import io.netrun.resilience.fleet.InMemoryFleetStore;
import io.netrun.resilience.fleet.autoconfigure.ResilienceFleetAutoConfiguration;
import io.netrun.resilience.retry.BeforeRetry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceCloudAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceHttpClientsAutoConfiguration;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.PropertySource;
import org.springframework.core.task.SimpleAsyncTaskExecutor;

/** An application with settings and code of the documentation, as a reader has it who copies them. */
final class DocumentedApplication {

    /** Clients and listener containers are in the code of readers, and not beside the settings for them. */
    private static final Pattern OF_OTHERS = Pattern.compile(
            "^HTTP client '.*is not in use: no code has requested it|^resilience.listeners has settings, but nothing reads");

    private final Path output;
    private final List<PropertySource<?>> settings = new ArrayList<>();
    private final List<String> classes = new ArrayList<>();

    /**
     * One without anything.
     *
     * @param parent where it may put its classes
     */
    DocumentedApplication(Path parent) throws IOException {
        output = Files.createTempDirectory(parent, "application");
    }

    DocumentedApplication with(YamlBlock yaml) throws IOException {
        settings.addAll(yaml.settings());
        return this;
    }

    /** Adds a method for each name that has settings there, so that nothing is left unused. */
    DocumentedApplication withCallersOf(YamlBlock yaml) throws IOException {
        assertThat(JavaBlock.compile(yaml.callers("Callers"), "Callers", output))
                .isEmpty();
        classes.add("Callers");
        return this;
    }

    /** Adds the block's class, and those within it, as beans. */
    DocumentedApplication with(JavaBlock java) throws IOException {
        assertThat(java.errors(output)).isEmpty();
        classes.add(JavaBlock.CLASS_NAME);
        return this;
    }

    /** Starts, and returns why that failed, or else its warnings; empty if there is nothing to complain about. */
    String complaints() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger("io.netrun.resilience");
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        StringBuilder failure = new StringBuilder();
        appender.start();
        logger.addAppender(appender);
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {output.toUri().toURL()}, getClass().getClassLoader())) {
            runner(loader).run(context -> {
                Throwable thrown = context.getStartupFailure();
                // The one thing that is missing here and not in the settings.
                if (thrown != null && !String.valueOf(thrown.getMessage()).contains("no weaver is active")) {
                    failure.append(thrown).append('\n');
                }
            });
        } finally {
            logger.detachAppender(appender);
        }
        return failure
                + List.copyOf(appender.list).stream()
                        .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                        .map(ILoggingEvent::getFormattedMessage)
                        .filter(message -> !OF_OTHERS.matcher(message).find())
                        .collect(Collectors.joining("\n"));
    }

    private ApplicationContextRunner runner(ClassLoader loader) throws ClassNotFoundException {
        ApplicationContextRunner runner = new ApplicationContextRunner()
                .withClassLoader(loader)
                .withConfiguration(AutoConfigurations.of(
                        ResilienceAutoConfiguration.class,
                        ResilienceHttpClientsAutoConfiguration.class,
                        ResilienceCloudAutoConfiguration.class,
                        ResilienceFleetAutoConfiguration.class))
                .withConfiguration(SpringBootLine.HTTP_CLIENTS)
                // Stands for the Redis of an application with a fleet.
                .withBean("fleetStore", FleetStore.class, InMemoryFleetStore::new)
                .withBean("paymentThreads", Executor.class, () -> new SimpleAsyncTaskExecutor("payments-"))
                .withBean("onlyTransient", Predicate.class, () -> failure -> true)
                .withBean("renewToken", BeforeRetry.class, () -> (failure, attempt) -> {})
                .withInitializer(
                        context -> settings.forEach(context.getEnvironment().getPropertySources()::addFirst));
        for (String name : classes) {
            Class<?> type = loader.loadClass(name);
            runner = runner.withBean(type);
            for (Class<?> nested : type.getDeclaredClasses()) {
                runner = runner.withBean(nested);
            }
        }
        return runner;
    }
}
