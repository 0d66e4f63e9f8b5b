package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A call may come first where the stack is nearly full. A class that cannot be initialized then can never be used again
 * in its JVM, so what calls need is initialized when a policy is created.
 */
class FirstCallTests {

    private static final List<Class<?>> POLICIES = List.of(
            Timeout.class,
            Retry.class,
            Hedge.class,
            CircuitBreaker.class,
            Bulkhead.class,
            RateLimiter.class,
            Fallback.class);

    /** Needed by settings, families, registries, foreign tickers, messages, or reactive calls in Reactor's frames. */
    private static final Set<String> NOT_NEEDED = Set.of(
            "BulkheadPools",
            "CarriedResult",
            "CircuitOpenException",
            "CodeContribution",
            "CodeMatcher",
            "CountWindow",
            "DetectionChoice",
            "FallbackConfig",
            "FleetMode",
            "FluxCall",
            "GrpcFailure",
            "GuardedTicker",
            "HttpFailure",
            "KeyedInstance",
            "KeyedPolicies",
            "LateThrown",
            "Learning",
            "MonoCall",
            "NamedMethods",
            "ObservedPool",
            "PolicyMode",
            "ReactorGuard",
            "ReaderChain",
            "ResilienceRegistry",
            "RunningCalls",
            "SafeCancel",
            "SqlFailure",
            "StaleResults",
            "SubscribedCall",
            "TimeSlice",
            "TimeWindow");

    @Test
    void classesThatCallsNeedShouldBeInitializedWithThePolicies() throws Exception {
        try (Loader loader = new Loader()) {
            for (Class<?> policy : POLICIES) {
                loader.loadClass(policy.getName()).getMethod("of", String.class).invoke(null, "first");
            }
            assertThat(initialized().filter(name -> !NOT_NEEDED.contains(outermost(name))))
                    .isNotEmpty()
                    .allMatch(loader::hasLoaded);
        }
    }

    @Test
    void contextPropagationShouldBeInitializedWithThePolicies() throws Exception {
        try (Loader loader = new Loader()) {
            loader.loadClass(Timeout.class.getName())
                    .getMethod("of", String.class)
                    .invoke(null, "first");
            assertThat(loader.hasLoaded("io.micrometer.context.ContextRegistry"))
                    .isTrue();
        }
    }

    private static String outermost(String name) {
        return name.substring(name.lastIndexOf('.') + 1).replaceAll("\\$.*", "");
    }

    /** The names of the classes of this library that have something to initialize. */
    private static Stream<String> initialized() throws Exception {
        Path root = Path.of(Loader.location(Timeout.class).toURI());
        try (Stream<Path> files = Files.walk(root)) {
            return files
                    .filter(file -> file.toString().endsWith(".class"))
                    .filter(FirstCallTests::hasInitializer)
                    .map(file -> root.relativize(file)
                            .toString()
                            .replace(".class", "")
                            .replace('/', '.'))
                    .toList()
                    .stream();
        }
    }

    private static boolean hasInitializer(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains("<clinit>");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Loads this library and Micrometer's anew. */
    private static final class Loader extends URLClassLoader {

        Loader() {
            super(
                    new URL[] {location(Timeout.class), location(io.micrometer.context.ContextRegistry.class)},
                    FirstCallTests.class.getClassLoader());
        }

        static URL location(Class<?> type) {
            return Objects.requireNonNull(
                    type.getProtectionDomain().getCodeSource().getLocation());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("io.netrun.") && !name.startsWith("io.micrometer.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : findClass(name);
            }
        }

        boolean hasLoaded(String name) {
            return findLoadedClass(name) != null;
        }
    }
}
