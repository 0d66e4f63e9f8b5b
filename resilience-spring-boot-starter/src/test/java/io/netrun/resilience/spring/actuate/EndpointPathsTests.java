package io.netrun.resilience.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.EndpointsSupplier;
import org.springframework.boot.actuate.endpoint.ExposableEndpoint;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoint;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;

/** Every request of the application passes the filters of the endpoints, so that these must cost it next to nothing. */
class EndpointPathsTests {

    private final AtomicInteger lookups = new AtomicInteger();

    @Test
    void beansShouldBeLookedUpOnceForAllRequests() {
        EndpointPaths paths = new EndpointPaths(() -> found("/actuator"));
        for (int i = 0; i < 10; i++) {
            assertThat(paths.isOurs("/orders/" + i)).isFalse();
        }
        assertThat(paths.isOurs("/app/actuator/resilience")).isTrue();
        assertThat(paths.isOurs("/actuator/resilienceui")).isTrue();
        assertThat(paths.isOurs("/actuator/resilienceui/view.js")).isTrue();
        assertThat(paths.isOurs("/actuator/resilience-of-others")).isFalse();
        assertThat(paths.isJson("/actuator/resilience/circuit-breaker/payments"))
                .isTrue();
        assertThat(paths.isJson("/actuator/resilienceui")).isFalse();
        assertThat(paths.isOverview("/actuator/resilience/overview")).isTrue();
        assertThat(paths.isOverview("/actuator/resilience")).isFalse();
        assertThat(lookups).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/actuator/%72esilience/circuit-breaker/all",
                "/actuator/resilience;x/circuit-breaker/all",
                "/actuator;a=b/resilience;c=d;e/overview",
                "/%61ctuator/%72%65silience"
            })
    void pathShouldBeTakenAsSpringTakesIt(String path) {
        EndpointPaths paths = new EndpointPaths(() -> found("/actuator"));
        assertThat(paths.isOurs(path)).isTrue();
        assertThat(paths.isJson(path)).isTrue();
        assertThat(paths.isOverview(path)).isEqualTo(path.endsWith("overview"));
    }

    @Test
    void pathThatCannotBeDecodedShouldNotFailTheRequest() {
        EndpointPaths paths = new EndpointPaths(() -> found("/actuator"));
        assertThat(paths.isOurs("/orders/%zz")).isFalse();
        assertThat(paths.isOurs("/actuator/resilience/%")).isTrue();
    }

    @Test
    void absenceShouldBeLookedUpOnceToo() {
        EndpointPaths paths = new EndpointPaths(() -> {
            lookups.incrementAndGet();
            return null;
        });
        for (int i = 0; i < 10; i++) {
            assertThat(paths.isOurs("/actuator/resilience")).isFalse();
            assertThat(paths.isOverview("/actuator/resilience/overview")).isFalse();
        }
        assertThat(lookups).hasValue(1);
    }

    @Test
    void lookupThatFailsShouldFailNoRequestAndBeRepeated() {
        EndpointPaths paths = new EndpointPaths(() -> {
            if (lookups.get() == 0) {
                lookups.incrementAndGet();
                throw new IllegalStateException("another endpoint cannot be created");
            }
            return found("/actuator");
        });
        assertThat(paths.isOurs("/actuator/resilience")).isFalse();
        assertThat(paths.isOurs("/actuator/resilience")).isTrue();
    }

    private PathMappedEndpoints found(String base) {
        lookups.incrementAndGet();
        EndpointsSupplier<ExposableEndpoint<?>> known = () -> List.of(mapped("resilience"), mapped("resilienceui"));
        return new PathMappedEndpoints(base, List.of(known));
    }

    /** An endpoint with nothing but a path. */
    private static ExposableEndpoint<?> mapped(String id) {
        return (ExposableEndpoint<?>) Proxy.newProxyInstance(
                EndpointPathsTests.class.getClassLoader(),
                new Class<?>[] {ExposableEndpoint.class, PathMappedEndpoint.class},
                (endpoint, method, arguments) -> switch (method.getName()) {
                    case "getEndpointId" -> EndpointId.of(id);
                    case "getRootPath" -> id;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
