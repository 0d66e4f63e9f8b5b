package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The setting {@code value} of fallbacks as nested YAML. */
class NestedConstantTests {

    private static final String PRICE = """
        resilience.fallback.instances.shop.value:
          name: mug
          price: 7.25
          shipping: 2s
          tags: [a, b]
          parts:
            - name: handle
              count: 1
            - name: cup
              count: 2
        """;

    private static final Product MUG = new Product(
            "mug",
            new BigDecimal("7.25"),
            Duration.ofSeconds(2),
            Set.of("a", "b"),
            List.of(new Part("handle", 1), new Part("cup", 2)));

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class));

    private ApplicationContextRunner with(String... documents) {
        return runner.withInitializer(context -> {
            for (int i = 0; i < documents.length; i++) {
                context.getEnvironment().getPropertySources().addLast(yaml("document " + i, documents[i]));
            }
        });
    }

    private static PropertySource<?> yaml(String name, String text) {
        try {
            return new YamlPropertySourceLoader()
                    .load(name, new ByteArrayResource(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                    .get(0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private <B> void of(Class<B> bean, ApplicationContextRunner configured, ThrowingConsumer<B> test) {
        configured.withBean(bean).run(context -> {
            assertThat(context).hasNotFailed();
            test.accept(context.getBean(bean));
        });
    }

    @Test
    void nestedValueShouldBeBoundToARecord() {
        of(Shop.class, with(PRICE), shop -> {
            assertThat(shop.product()).isEqualTo(MUG);
            assertThat(shop.optional()).contains(MUG);
            assertThat(shop.stage().toCompletableFuture().join()).isEqualTo(MUG);
            assertThat(shop.mono().block()).isEqualTo(MUG);
        });
    }

    @Test
    void beanShouldBeANewOneForEachCall() {
        of(Beans.class, with(PRICE.replace("price: 7.25", "count: 3")), beans -> {
            Bean first = beans.bean();
            first.getTags().add("c");
            first.setName("changed");
            assertThat(beans.bean().getName()).isEqualTo("mug");
            assertThat(beans.bean().getTags()).containsExactly("a", "b");
        });
    }

    @Test
    void listShouldBeBoundToItsElements() {
        String list = """
            resilience.fallback.instances.shop.value:
              - name: handle
                count: 1
              - name: cup
                count: 2
            """;
        List<Part> parts = List.of(new Part("handle", 1), new Part("cup", 2));
        of(Lists.class, with(list), lists -> {
            assertThat(lists.list()).isEqualTo(parts);
            assertThat(lists.array()).containsExactlyElementsOf(parts);
            assertThat(lists.iterable()).containsExactlyElementsOf(parts);
            assertThat(lists.flux().collectList().block()).isEqualTo(parts);
            lists.list().clear();
            assertThat(lists.list()).isEqualTo(parts);
        });
        of(
                Texts.class,
                with("resilience.fallback.instances.shop.value: [a, b]"),
                texts -> assertThat(texts.texts()).containsExactly("a", "b"));
    }

    @Test
    void mapShouldBeBoundToItsEntries() {
        String map = """
            resilience.fallback.instances.shop.value:
              Berlin: {name: cup, count: 2}
              "[New York]": {name: handle, count: 1}
            """;
        of(
                Maps.class,
                with(map),
                maps -> assertThat(maps.map())
                        .containsOnly(entry("Berlin", new Part("cup", 2)), entry("New York", new Part("handle", 1))));
    }

    @Test
    void earlierSourceShouldOverrideFieldsAndWholeLists() {
        String override = """
            resilience.fallback.instances.shop.value:
              name: cup
              tags: [c]
            """;
        of(Shop.class, with(override, PRICE), shop -> {
            assertThat(shop.product().name()).isEqualTo("cup");
            assertThat(shop.product().price()).isEqualTo(MUG.price());
            assertThat(shop.product().tags()).containsExactly("c");
        });
    }

    @Test
    void placeholdersShouldBeResolved() {
        of(
                Shop.class,
                with(PRICE.replace("name: mug", "name: ${item:mug}")).withPropertyValues("item=cup"),
                shop -> assertThat(shop.product().name()).isEqualTo("cup"));
        with(PRICE.replace("name: mug", "name: ${nothing}"))
                .withBean(Shop.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("resilience.fallback.instances[shop].value.name")
                        .hasMessageContaining("${nothing}"));
    }

    @Test
    void defaultsAndBasesMayBeNested() {
        of(
                Shop.class,
                with(PRICE.replace("instances.shop", "defaults")),
                shop -> assertThat(shop.product()).isEqualTo(MUG));
        of(
                Shop.class,
                with(PRICE.replace("instances.shop", "bases.mugs"))
                        .withPropertyValues("resilience.fallback.instances.shop.base=mugs"),
                shop -> assertThat(shop.product()).isEqualTo(MUG));
    }

    @Test
    void settingsShouldShowTheNestedValue() {
        with(PRICE)
                .withBean(Shop.class)
                .run(context -> assertThat(context.getBean(ResilienceRegistry.class)
                                .find(io.netrun.resilience.fallback.Fallback.TYPE, "shop")
                                .orElseThrow()
                                .config()
                                .value())
                        .hasToString(
                                "{name: mug, price: 7.25, shipping: 2s, tags[0]: a, tags[1]: b, parts[0].name: handle,"
                                        + " parts[0].count: 1, parts[1].name: cup, parts[1].count: 2}"));
    }

    @Test
    void nameWithTheKeyShouldNeedBrackets() {
        of(Named.class, with("""
            resilience.fallback.instances:
              "[Named.value]":
                value: {name: cup, count: 2}
            """), named -> assertThat(named.value()).isEqualTo(new Part("cup", 2)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        name: cup, count: many | has 'value.count': 'many' of instance 'shop', which cannot be bound to int | Write what fits the type Part
        name: cup, cuont: 2    | has 'value.cuont' of instance 'shop', which Part has no property for       | Correct the name
        count: -1              | has 'value' of instance 'shop', which cannot be bound to Part: negative    | set 'method' to a method
        """)
    void nestedValueThatDoesNotFitShouldStopTheStart(String value, String problem, String remedy) {
        with("resilience.fallback.instances.shop.value: {" + value + "}")
                .withBean(Parts.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .isInstanceOf(ResilienceConfigurationException.class)
                        .hasMessageContaining("Parts.part: @Fallback " + problem)
                        .hasMessageContaining(remedy));
    }

    @Test
    void nestedValueForASimpleTypeShouldStopTheStart() {
        with(PRICE)
                .withBean(Texts.class)
                .withBean(Numbers.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("Numbers.number: @Fallback has")
                        .hasMessageContaining("which int has no property for"));
    }

    record Part(String name, int count) {

        Part {
            if (count < 0) {
                throw new IllegalArgumentException("negative");
            }
        }
    }

    record Product(String name, BigDecimal price, Duration shipping, Set<String> tags, List<Part> parts) {}

    public static class Bean {

        private String name;
        private int count;
        private Duration shipping;
        private List<String> tags = new ArrayList<>();
        private List<Part> parts = new ArrayList<>();

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }

        public int getCount() {
            return count;
        }

        public void setCount(int count) {
            this.count = count;
        }

        public Duration getShipping() {
            return shipping;
        }

        public void setShipping(Duration shipping) {
            this.shipping = shipping;
        }

        public List<String> getTags() {
            return tags;
        }

        public void setTags(List<String> tags) {
            this.tags = tags;
        }

        public List<Part> getParts() {
            return parts;
        }

        public void setParts(List<Part> parts) {
            this.parts = parts;
        }
    }

    private static <T> T down() {
        throw new IllegalStateException("down");
    }

    static class Shop {

        @Fallback(name = "shop")
        public Product product() {
            return down();
        }

        @Fallback(name = "shop")
        public Optional<Product> optional() {
            return down();
        }

        @Fallback(name = "shop")
        public CompletionStage<Product> stage() {
            return down();
        }

        @Fallback(name = "shop")
        public Mono<Product> mono() {
            return down();
        }
    }

    static class Beans {

        @Fallback(name = "shop")
        public Bean bean() {
            return down();
        }
    }

    static class Lists {

        @Fallback(name = "shop")
        public List<Part> list() {
            return down();
        }

        @Fallback(name = "shop")
        public Part[] array() {
            return down();
        }

        @Fallback(name = "shop")
        public Iterable<Part> iterable() {
            return down();
        }

        @Fallback(name = "shop")
        public Flux<Part> flux() {
            return down();
        }
    }

    static class Texts {

        @Fallback(name = "shop")
        public List<String> texts() {
            return down();
        }
    }

    static class Maps {

        @Fallback(name = "shop")
        public Map<String, Part> map() {
            return down();
        }
    }

    static class Named {

        @Fallback
        public Part value() {
            return down();
        }
    }

    static class Parts {

        @Fallback(name = "shop")
        public Part part() {
            return down();
        }
    }

    static class Numbers {

        @Fallback(name = "shop")
        public int number() {
            return down();
        }
    }
}
