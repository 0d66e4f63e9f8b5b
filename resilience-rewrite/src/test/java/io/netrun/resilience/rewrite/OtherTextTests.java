package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.openrewrite.java.Assertions.srcMainResources;
import static org.openrewrite.properties.Assertions.properties;
import static org.openrewrite.test.SourceSpecs.text;
import static org.openrewrite.yaml.Assertions.yaml;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openrewrite.test.RecipeSpec;
import org.openrewrite.test.RewriteTest;

/** Files that name settings of resilience4j outside of them. */
class OtherTextTests implements RewriteTest {

    private static final String BEFORE = """
        resilience4j.retry.instances.a.maxAttempts: 4
        """;

    private static final String AFTER = """
        resilience:
          retry:
            instances:
              a:
                max-attempts: 4
        """;

    @Override
    public void defaults(RecipeSpec spec) {
        spec.recipe(new FromResilience4j(false));
    }

    private static RecipeSpec leaving(RecipeSpec spec, String what, String reason) {
        return spec.dataTable(
                Leftovers.Row.class,
                rows -> assertThat(rows).anySatisfy(row -> {
                    assertThat(row.what()).isEqualTo(what);
                    assertThat(row.reason()).contains(reason);
                }));
    }

    @Test
    void aliasThatCannotHaveTheContentShouldBeLeft() {
        String outside = "a: 1\nvalue: [*shared]";
        rewriteRun(
                spec -> leaving(spec, "*shared", "&shared"),
                srcMainResources(yaml("""
                    resilience4j.retry:
                      instances:
                        a: &shared
                          maxAttempts: 4
                    """ + outside, AFTER + outside, source -> source.path("application.yml"))));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "`value: *shared`, `value: &shared\n  maxAttempts: 4`",
                "`value:\n  <<: *shared\n  b: 2`, `value:\n  <<: &shared\n    maxAttempts: 4\n  b: 2`",
                "`one: *shared\ntwo: *shared`, `one: &shared\n  maxAttempts: 4\ntwo: *shared`",
                "`value:\n  deep:\n    one: *shared`, `value:\n  deep:\n    one: &shared\n      maxAttempts: 4`",
            })
    void aliasShouldHaveWhatItsAnchorHad(String before, String after) {
        rewriteRun(
                spec -> spec.afterRecipe(
                        run -> assertThat(run.getDataTables().keySet()).noneMatch(table -> table instanceof Leftovers)),
                srcMainResources(yaml(
                        """
                            resilience4j.retry:
                              instances:
                                a: &shared
                                  maxAttempts: 4
                            """ + before.replace("\\n", "\n"),
                        AFTER + after.replace("\\n", "\n"),
                        source -> source.path("application.yml"))));
    }

    @Test
    void aliasesShouldHaveNestedAnchorsListsAndWords() {
        rewriteRun(srcMainResources(yaml("""
            resilience4j.retry:
              instances:
                a: &all
                  maxAttempts: &four 4
                  retryExceptions: &list
                    - java.io.IOException
            list: *list
            four: *four
            all: *all
            flow: [*four, *four]
            """, """
            resilience:
              retry:
                instances:
                  a:
                    max-attempts: 4
                    exceptions:
                      - java.io.IOException
            list: &list
              - java.io.IOException
            four: &four 4
            all: &all
              maxAttempts: &four 4
              retryExceptions: &list
                - java.io.IOException
            flow: [*four, *four]
            """, source -> source.path("application.yml"))));
    }

    @Test
    void anchorOfOtherSettingsShouldNotBeLeft() {
        rewriteRun(
                spec -> spec.afterRecipe(
                        run -> assertThat(run.getDataTables().keySet()).noneMatch(table -> table instanceof Leftovers)),
                srcMainResources(yaml(
                        "mine: &n 4\n\nresilience4j.retry.instances.a.maxAttempts: *n\nother: *n\n",
                        "mine: &n 4\n\n" + AFTER + "other: *n\n",
                        source -> source.path("application.yml"))));
    }

    @ParameterizedTest
    @CsvSource({
        "resilience4j.retry.instances.a.maxAttempts, ${resilience.retry.instances.a.max-attempts}",
        "resilience4j.retry.configs.default.waitDuration, ${resilience.retry.defaults.base-delay}",
        "resilience4j.retry.configs.shared.waitDuration, Write its value",
    })
    void placeholderShouldBeLeft(String key, String reason) {
        rewriteRun(
                spec -> leaving(spec, "${" + key + "}", reason),
                srcMainResources(
                        yaml(BEFORE, AFTER, source -> source.path("application.yml")),
                        properties("mine=${" + key + ":5}", source -> source.path("mine.properties"))));
        rewriteRun(
                spec -> leaving(spec, "${" + key + "}", reason),
                srcMainResources(yaml(
                        "mine: \"${" + key + "}\"\n" + BEFORE,
                        "mine: \"${" + key + "}\"\n" + AFTER,
                        source -> source.path("application.yml"))));
    }

    @ParameterizedTest
    @CsvSource({
        "RESILIENCE4J_RETRY_INSTANCES_A_MAXATTEMPTS, RESILIENCE_RETRY_INSTANCES_A_MAXATTEMPTS",
        "RESILIENCE4J_CIRCUITBREAKER_INSTANCES_BACKENDA_WAITDURATIONINOPENSTATE, "
                + "RESILIENCE_CIRCUITBREAKER_INSTANCES_BACKENDA_OPENDURATION",
        "RESILIENCE4J_CIRCUITBREAKER_CONFIGS_DEFAULT_SLIDING_WINDOW_SIZE,"
                + " RESILIENCE_CIRCUITBREAKER_DEFAULTS_WINDOWSIZE",
        "RESILIENCE4J_RETRY_CONFIGS_SHARED_MAXATTEMPTS, Set what it became",
    })
    void variableOfTheEnvironmentShouldBeLeft(String name, String reason) {
        String compose = "services:\n  app:\n    environment:\n      ";
        rewriteRun(
                spec -> leaving(spec, name, reason),
                srcMainResources(yaml(BEFORE, AFTER, source -> source.path("application.yml"))),
                yaml(compose + name + ": 5\n", source -> source.path("docker-compose.yml")));
        rewriteRun(
                spec -> leaving(spec, name, reason),
                srcMainResources(yaml(BEFORE, AFTER, source -> source.path("application.yml"))),
                yaml(compose + "- " + name + "=5\n", source -> source.path("deploy/compose.yaml")));
        rewriteRun(
                spec -> leaving(spec, name, reason),
                srcMainResources(yaml(BEFORE, AFTER, source -> source.path("application.yml"))),
                text("FROM jdk\nENV " + name + "=5\n", source -> source.path("Dockerfile")));
    }

    @Test
    void optionOfACommandShouldBeLeft() {
        rewriteRun(
                spec -> leaving(
                        spec,
                        "resilience4j.retry.instances.a.maxAttempts",
                        "Write resilience.retry.instances.a.max-attempts"),
                srcMainResources(yaml(BEFORE, AFTER, source -> source.path("application.yml"))),
                text(
                        "FROM jdk\nCMD java -Dresilience4j.retry.instances.a.maxAttempts=5 -jar a.jar\n",
                        source -> source.path("Dockerfile")));
    }

    @Test
    void fileWithinATextShouldBeLeft() {
        rewriteRun(
                spec -> leaving(spec, "resilience4j:", "run the recipe on it"),
                srcMainResources(yaml(BEFORE, AFTER, source -> source.path("application.yml"))),
                yaml("""
                    kind: ConfigMap
                    data:
                      application.yml: |
                        resilience4j:
                          retry:
                            instances.a.maxAttempts: 4
                    """, source -> source.path("k8s/config.yaml")));
    }

    @Test
    void settingBeneathAnotherKeyShouldBeListed() {
        Project after = new Project()
                .with("src/main/java/Calls.java", """
                    import io.github.resilience4j.retry.annotation.Retry;

                    class Calls {
                        @Retry(name = "a")
                        public void call() {
                        }
                    }
                    """)
                .with("chart/values.yaml", """
                    image: resilience4j
                    app:
                      config:
                        resilience4j.retry.instances.a.maxAttempts: 2
                      other:
                        resilience4j:
                          retry.instances.a.maxAttempts: 2
                    """)
                .with("src/main/resources/application.properties", """
                    spring.cloud.config.server.overrides.resilience4j.retry.instances.a.maxAttempts=2
                    logging.level.io.github.resilience4j=debug
                    """)
                .with("src/main/resources/application.yml", """
                    logging.level.io.github.resilience4j: debug
                    management:
                      metrics.enable.resilience4j: true
                    """)
                .after(new FromResilience4j(false));

        assertThat(after.left().stream().filter(row -> row.contains("beneath another key")))
                .extracting(row -> row.substring(0, row.indexOf(": ")))
                .containsExactlyInAnyOrder(
                        "chart/values.yaml app.config.resilience4j.retry.instances.a.maxAttempts",
                        "chart/values.yaml app.other.resilience4j",
                        "src/main/resources/application.properties"
                                + " spring.cloud.config.server.overrides.resilience4j.retry.instances.a.maxAttempts");
    }
}
