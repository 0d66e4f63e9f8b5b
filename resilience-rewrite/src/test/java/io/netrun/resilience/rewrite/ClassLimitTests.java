package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.openrewrite.java.Assertions.java;
import static org.openrewrite.java.Assertions.srcMainJava;
import static org.openrewrite.java.Assertions.srcMainResources;
import static org.openrewrite.properties.Assertions.properties;

import org.junit.jupiter.api.Test;
import org.openrewrite.test.RecipeSpec;
import org.openrewrite.test.RewriteTest;
import org.openrewrite.test.TypeValidation;

/** Spring's limit on a class is one for all of its methods; a bulkhead on a class is one for each of them. */
class ClassLimitTests implements RewriteTest {

    @Override
    public void defaults(RecipeSpec spec) {
        spec.recipe(new FromSpringFramework7(true)).parser(Stubs.parser()).typeValidationOptions(TypeValidation.none());
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
    void methodsOfAClassShouldShareItsLimit() {
        rewriteRun(java("""
            import org.springframework.resilience.annotation.ConcurrencyLimit;

            @ConcurrencyLimit(2)
            public class Mail {
                public void send() {
                }

                @ConcurrencyLimit(1)
                public void print() {
                }
            }
            """, """
            import io.netrun.resilience.annotation.Bulkhead;

            @Bulkhead(name = "Mail", maxConcurrent = 2, maxQueue = 1000000)
            public class Mail {
                public void send() {
                }

                @Bulkhead(maxConcurrent = 1, maxQueue = 1000000)
                public void print() {
                }
            }
            """));
    }

    @Test
    void limitOfAnAbstractClassShouldBeLeft() {
        rewriteRun(spec -> leaving(spec, "@ConcurrencyLimit at Base", "with a name on each class"), java("""
            import org.springframework.resilience.annotation.ConcurrencyLimit;

            @ConcurrencyLimit(2)
            public abstract class Base {
                public void send() {
                }
            }
            """, """
            import io.netrun.resilience.annotation.Bulkhead;

            @Bulkhead(maxConcurrent = 2, maxQueue = 1000000)
            public abstract class Base {
                public void send() {
                }
            }
            """));
    }

    @Test
    void classesOfTheSameNameShouldBeLeft() {
        String before = """
            package %s;

            import org.springframework.resilience.annotation.ConcurrencyLimit;

            @ConcurrencyLimit(2)
            public class Mail {
            }
            """;
        String after = """
            package %s;

            import io.netrun.resilience.annotation.Bulkhead;

            @Bulkhead(name = "Mail", maxConcurrent = 2, maxQueue = 1000000)
            public class Mail {
            }
            """;
        rewriteRun(
                spec -> leaving(spec, "@ConcurrencyLimit at Mail", "would share its limit"),
                java(before.formatted("a"), after.formatted("a")),
                java(before.formatted("b"), after.formatted("b")));
    }

    @Test
    void settingOfAClassShouldBelongToItsInstance() {
        rewriteRun(
                srcMainJava(java("""
                    import org.springframework.resilience.annotation.ConcurrencyLimit;

                    @ConcurrencyLimit(limitString = "${mail.calls}")
                    public class Mail {
                    }
                    """, """
                    import io.netrun.resilience.annotation.Bulkhead;

                    @Bulkhead(name = "Mail", maxQueue = 1000000)
                    public class Mail {
                    }
                    """)),
                srcMainResources(properties(
                        "mail.calls=3",
                        "mail.calls=3\nresilience.bulkhead.instances.Mail.max-concurrent=${mail.calls}",
                        source -> source.path("application.properties"))));
    }
}
