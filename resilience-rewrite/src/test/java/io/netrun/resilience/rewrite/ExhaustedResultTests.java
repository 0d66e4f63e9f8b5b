package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.openrewrite.java.Assertions.srcMainResources;
import static org.openrewrite.yaml.Assertions.yaml;

import org.junit.jupiter.api.Test;
import org.openrewrite.test.RecipeSpec;
import org.openrewrite.test.RewriteTest;

/** {@code failAfterMaxAttempts} of resilience4j is about results alone. */
class ExhaustedResultTests implements RewriteTest {

    private static final String DEFAULTS = """
            resilience:
              retry:
                defaults:
                  base-delay: 500ms
                  backoff: constant
                  jitter: none
                  on-exhausted: rethrow
                instances:
            """;

    @Override
    public void defaults(RecipeSpec spec) {
        spec.recipe(new FromResilience4j(true));
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
    void failureShouldBeThrownAsItIsWithoutAPredicate() {
        rewriteRun(
                spec -> leaving(spec, "resilience4j.retry.instances.a.failAfterMaxAttempts", "It had no effect"),
                srcMainResources(yaml("""
                    resilience4j.retry.instances:
                      a:
                        failAfterMaxAttempts: true
                    """, DEFAULTS + """
                          a:
                            on-exhausted: rethrow
                    """, source -> source.path("application.yml"))));
    }

    @Test
    void resultShouldFailWithAPredicate() {
        rewriteRun(
                spec -> leaving(
                        spec, "resilience4j.retry.instances.a.failAfterMaxAttempts", "Catch RetryExhaustedException"),
                srcMainResources(yaml("""
                    resilience4j.retry.instances:
                      a:
                        failAfterMaxAttempts: true
                        resultPredicate: shop.Incomplete
                    """, DEFAULTS + """
                          a:
                            on-exhausted: wrap
                            failure-result: shop.Incomplete
                    """, source -> source.path("application.yml"))));
    }

    @Test
    void predicateOfAnInstanceShouldCountForTheDefaults() {
        rewriteRun(srcMainResources(yaml("""
            resilience4j.retry:
              configs:
                default:
                  failAfterMaxAttempts: true
              instances:
                a:
                  baseConfig: default
                  resultPredicate: shop.Incomplete
            """, """
            resilience:
              retry:
                defaults:
                  base-delay: 500ms
                  backoff: constant
                  jitter: none
                  on-exhausted: rethrow
                instances:
                  a:
                    failure-result: shop.Incomplete
                    on-exhausted: wrap
            """, source -> source.path("application.yml"))));
    }
}
