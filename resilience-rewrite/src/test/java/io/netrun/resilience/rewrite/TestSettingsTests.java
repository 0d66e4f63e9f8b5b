package io.netrun.resilience.rewrite;

import static org.openrewrite.java.Assertions.srcMainResources;
import static org.openrewrite.java.Assertions.srcTestResources;
import static org.openrewrite.yaml.Assertions.yaml;

import org.junit.jupiter.api.Test;
import org.openrewrite.test.RecipeSpec;
import org.openrewrite.test.RewriteTest;

/** Settings of an application beside those of its tests. */
class TestSettingsTests implements RewriteTest {

    @Override
    public void defaults(RecipeSpec spec) {
        spec.recipe(new FromResilience4j(false));
    }

    @Test
    void settingOfATestShouldNotReplaceTheInheritedOne() {
        rewriteRun(
                srcMainResources(yaml("""
                        resilience4j.retry:
                          configs:
                            shared:
                              maxAttempts: 9
                              waitDuration: 2s
                          instances:
                            a:
                              baseConfig: shared
                        """, """
                        resilience:
                          retry:
                            instances:
                              a:
                                max-attempts: 9
                                base-delay: 2s
                        """, source -> source.path("application.yml"))),
                srcTestResources(yaml("""
                        resilience4j.retry:
                          instances:
                            a:
                              maxAttempts: 1
                            only-in-tests:
                              baseConfig: shared
                        """, """
                        resilience:
                          retry:
                            instances:
                              a:
                                max-attempts: 1
                        """, source -> source.path("application.yml"))));
    }
}
