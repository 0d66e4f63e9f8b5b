package io.netrun.resilience.spring.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceHttpClientsAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** A client's section is the one whose key is its name, character by character, as for instances. */
class HttpClientNameTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class, ResilienceHttpClientsAutoConfiguration.class));

    @ParameterizedTest
    @ValueSource(strings = {"prices", "prices-eu", "pricesEu", "prices_eu", "PRICES"})
    void sectionShouldBeForTheClientOfThatName(String name) {
        runner.withPropertyValues("resilience.http-clients." + name + ".retry=r")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    context.getBean(ResilientRestClients.class).interceptor(name);
                    assertThat(context.getBean(ResilienceRegistry.class).all())
                            .extracting(Policy::name)
                            .containsExactly("r");
                });
    }

    @Test
    void similarNamesShouldHaveSectionsOfTheirOwn() {
        runner.withPropertyValues(
                        "resilience.http-clients.prices-eu.retry=first",
                        "resilience.http-clients.pricesEu.retry=second")
                .run(context -> assertThat(
                                context.getBean(ResilienceRegistry.class).all())
                        .extracting(Policy::name)
                        .containsExactly("first", "second"));
    }
}
