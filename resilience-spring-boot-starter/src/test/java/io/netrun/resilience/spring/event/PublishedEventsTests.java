package io.netrun.resilience.spring.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceEvent;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.fallback.FallbackEvent;
import io.netrun.resilience.retry.RetryEvent;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.event.EventListener;

/** The events of all patterns, compared with those that an application receives. */
class PublishedEventsTests {

    static Stream<PatternDescriptor<?, ?>> patterns() {
        return PatternDescriptors.all().stream();
    }

    /**
     * Events that may come with each call under load are kept as samples, and not published; those on request would
     * come with each call if anybody asked for them.
     */
    @ParameterizedTest
    @MethodSource("patterns")
    void eventOfAPatternShouldBePublishedOrKept(PatternDescriptor<?, ?> pattern) throws Exception {
        String policy = pattern.type().policyClass().getName();
        Class<?> event = Class.forName(policy + "Event");
        List<Class<?>> known = new ArrayList<>(pattern.applicationEvents());
        known.addAll(pattern.frequentEvents());
        assertThat(event.isSealed()).isTrue();
        List<Class<?>> expected = new ArrayList<>(List.of(event.getPermittedSubclasses()));
        expected.removeIf(ResilienceEvent.OnRequest.class::isAssignableFrom);
        assertThat(known).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void deniedRetryAndFailedFallbackShouldBePublished() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
                .withBean(Client.class)
                .withBean(Listener.class)
                .withPropertyValues("resilience.retry.instances.client.budget=shared")
                .run(context -> {
                    Client client = context.getBean(Client.class);
                    for (int call = 0; call < 200; call++) {
                        try {
                            client.call();
                        } catch (IllegalStateException expected) {
                            // every call fails, and so does its fallback
                        }
                    }
                    assertThat(context.getBean(Listener.class).received)
                            .hasAtLeastOneElementOfType(RetryEvent.Denied.class)
                            .hasAtLeastOneElementOfType(FallbackEvent.Failed.class);
                });
    }

    static class Client {

        @Retry(name = "client", maxAttempts = 2, baseDelay = "0s")
        @Fallback(method = "instead")
        public String call() {
            throw new IllegalArgumentException("the service is down");
        }

        String instead() {
            throw new IllegalStateException("the cache is down too");
        }
    }

    static class Listener {

        private final List<ResilienceEvent> received = new ArrayList<>();

        @EventListener
        synchronized void on(ResilienceEvent event) {
            received.add(event);
        }
    }
}
