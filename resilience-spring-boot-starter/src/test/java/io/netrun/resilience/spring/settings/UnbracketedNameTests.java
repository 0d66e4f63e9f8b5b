package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceHttpClientsAutoConfiguration;
import io.netrun.resilience.spring.http.ResilientRestClients;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.web.client.RestClient;

/** Names with characters that a key has only in brackets. */
@ExtendWith(OutputCaptureExtension.class)
class UnbracketedNameTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class, ResilienceHttpClientsAutoConfiguration.class));

    static class Named {

        @Retry(name = "${used}")
        public void call() {
            // Only its annotation matters.
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"zahlung-ä", "a/b:c", "with space", "müller.größe", "50%", "e-mail@shop"})
    void nameInUseShouldBeWrittenInBrackets(String name) {
        runner.withBean(Named.class)
                .withPropertyValues("used=" + name)
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new org.springframework.core.env.MapPropertySource(
                                "file", java.util.Map.of("resilience.retry.instances." + name + ".max-attempts", 4))))
                .run(context ->
                        assertThat(context).getFailure().hasMessageContaining("Write '[" + name + "]' as the key"));
    }

    @Test
    void nameWithBracketsShouldBeAnother() {
        runner.withBean(Named.class)
                .withPropertyValues("used=UPPER_case.x[1]", "resilience.retry.instances.UPPER_case.x[1].max-attempts=4")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("Use a name without brackets in place of 'UPPER_case.x[1]'"));
    }

    @Test
    void nameThatIsNotInUseShouldBeShownAsWritten(CapturedOutput output) {
        runner.withPropertyValues("resilience.retry.instances.with space.max-attempts=4")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(output).contains("Write '[with space]' as the key");
                });
    }

    @Test
    void nameOfAClientShouldBeWrittenInBrackets() {
        runner.withUserConfiguration(Client.class)
                .withPropertyValues("resilience.http-clients.my shop.retry=shop")
                .run(context -> assertThat(context).getFailure().hasMessageContaining("Write '[my shop]' as the key"));
    }

    static class Client {

        @Bean
        RestClient shop(ResilientRestClients clients) {
            return RestClient.builder().apply(clients.client("my shop")).build();
        }
    }

    @Test
    void keyThatCountsForAnotherNameInUseShouldStopTheStart() {
        runner.withBean(Named.class)
                .withPropertyValues("used=abc", "resilience.retry.instances.a/bc.max-attempts=4")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("The key 'a/bc' under 'resilience.retry.instances' counts for 'abc'")
                        .hasMessageContaining("Write '[a/bc]' as the key"));
    }

    @Test
    void nameThatNoKeyCanSpellShouldStopTheStart() {
        runner.withBean(Named.class)
                .withPropertyValues("used=x[1]", "resilience.retry.instances[x[1]].max-attempts=4")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("Retry 'x[1]' has settings in the configuration")
                        .hasMessageContaining("Use a name without brackets in place of 'x[1]'"));
    }

    @ParameterizedTest
    @CsvSource({"off, false", "No, false", "on, true", "1e3, 1000.0", "010, 8", "0x1F, 31", "1_000, 1000"})
    void wordThatYamlReadsAsSomethingElseShouldBeQuoted(String name, String read) {
        runner.withBean(Named.class)
                .withPropertyValues("used=" + name, "resilience.retry.instances." + read + ".max-attempts=4")
                .run(context ->
                        assertThat(context).getFailure().hasMessageContaining("Write '\"" + name + "\"' as the key"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "1000.0", "12"})
    void unusedWordOfYamlShouldHaveAHint(String read, CapturedOutput output) {
        runner.withPropertyValues("resilience.retry.instances." + read + ".max-attempts=4")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(output).contains("put it in quotes: YAML reads it as '" + read + "'");
                });
    }
}
