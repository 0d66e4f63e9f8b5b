package io.netrun.resilience.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The starter works in every kind of application, whichever of its optional libraries is absent. */
class AbsentLibraryTests {

    private static final List<String> OPTIONAL_BEANS = List.of(
            "resilienceEndpoint",
            "resilienceDashboard",
            "resilienceHealthIndicator",
            "resilienceMeters",
            "resilienceHttpClients",
            "resilientRestClients",
            "resilientWebClients",
            "resilienceCircuitBreakerFactory",
            "reactiveResilienceCircuitBreakerFactory",
            "resilienceTransactionBinding",
            "resilienceRequestBinding");

    enum Absent {
        NOTHING(List.of()),
        ACTUATOR(
                List.of("org.springframework.boot.actuate", "org.springframework.boot.health"),
                "resilienceEndpoint",
                "resilienceDashboard",
                "resilienceHealthIndicator"),
        MICROMETER(List.of("io.micrometer.core"), "resilienceMeters"),
        ALL_OF_MICROMETER(List.of("io.micrometer"), "resilienceMeters"),
        OBSERVATION(List.of("io.micrometer.observation")),
        CONTEXT_PROPAGATION(List.of("io.micrometer.context")),
        REACTOR(
                List.of("reactor", "org.reactivestreams"),
                "resilientWebClients",
                "reactiveResilienceCircuitBreakerFactory"),
        REACTOR_NETTY(List.of("reactor.netty", "io.netty")),
        HTTP_CLIENTS(
                List.of("org.springframework.http", "org.springframework.web"),
                "resilienceHttpClients",
                "resilientRestClients",
                "resilientWebClients",
                "resilienceRequestBinding"),
        WEB_CLIENT(List.of("org.springframework.web.reactive"), "resilientWebClients"),
        WEB_MVC(List.of("org.springframework.web.servlet")),
        SERVLET(List.of("jakarta.servlet")),
        SPRING_CLOUD(
                List.of("org.springframework.cloud"),
                "resilienceCircuitBreakerFactory",
                "reactiveResilienceCircuitBreakerFactory"),
        CIRCUIT_BREAKERS_OF_SPRING_CLOUD(
                List.of("org.springframework.cloud.client"),
                "resilienceCircuitBreakerFactory",
                "reactiveResilienceCircuitBreakerFactory"),
        VALIDATION(List.of("jakarta.validation")),
        TRANSACTIONS(List.of("org.springframework.transaction"), "resilienceTransactionBinding"),
        WEAVER(List.of("org.aspectj")),
        CACHE(List.of("com.github.benmanes.caffeine")),
        ADMIN(List.of("de.codecentric")),
        CHECKPOINTS(List.of("org.crac", "javax.crac"));

        private final List<String> packages;
        private final List<String> beans;

        Absent(List<String> packages, String... beans) {
            this.packages = packages;
            this.beans = List.of(beans);
        }

        /** The kinds of applications that can do without it. */
        Set<String> kinds() {
            return switch (this) {
                case HTTP_CLIENTS -> Set.of("plain");
                case REACTOR, WEB_CLIENT -> Set.of("plain", "servlet");
                case SERVLET -> Set.of("plain", "reactive");
                default -> Set.of("plain", "servlet", "reactive");
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void applicationShouldHaveAllButWhatNeedsTheAbsent(Absent absent) throws Exception {
        List<String> present = new ArrayList<>(OPTIONAL_BEANS);
        present.removeAll(absent.beans);
        Map<String, Object> expected = new TreeMap<>();
        Map<String, Object> found = new TreeMap<>();
        Method run = run(absent);
        for (String kind : absent.kinds()) {
            expected.put(kind, present + ": ok");
            found.put(kind, call(run, kind));
        }
        assertThat(found).isEqualTo(expected);
    }

    /** Of a class that is loaded without the absent packages, as is all that it uses. */
    private static Method run(Absent absent) throws ReflectiveOperationException {
        Method run = Class.forName(
                        "io.netrun.resilience.spring.autoconfigure.LoadedApplication",
                        true,
                        new AbsentPackages(absent.packages))
                .getDeclaredMethod("run", String.class, List.class);
        run.setAccessible(true); // the package of another loader is another package
        return run;
    }

    private static Object call(Method run, String kind) throws ReflectiveOperationException {
        Thread thread = Thread.currentThread();
        ClassLoader former = thread.getContextClassLoader();
        thread.setContextClassLoader(run.getDeclaringClass().getClassLoader());
        try {
            return run.invoke(null, kind, OPTIONAL_BEANS);
        } catch (InvocationTargetException failed) {
            Throwable cause = failed.getCause();
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            return cause + " at " + List.of(cause.getStackTrace());
        } finally {
            thread.setContextClassLoader(former);
        }
    }
}
