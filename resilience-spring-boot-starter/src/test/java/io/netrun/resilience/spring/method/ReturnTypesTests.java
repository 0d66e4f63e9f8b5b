package io.netrun.resilience.spring.method;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.core.ResolvableType;

class ReturnTypesTests {

    interface Base<T> {

        List<T> inherited();
    }

    /** Its methods return what the tests compare. */
    @SuppressWarnings("rawtypes") // on purpose
    interface Types extends Base<String> {

        int number();

        Integer boxed();

        String text();

        void nothing();

        List<String> texts();

        ArrayList<String> textsAsArrayList();

        List<Integer> numbers();

        List<? extends Number> someNumbers();

        List<? super Integer> room();

        List<?> things();

        List raw();

        <T> List<T> any();

        <T extends Number> List<T> anyNumbers();

        <T> T one();

        CompletionStage<List<String>> textsLater();

        CompletableFuture<List<String>> textsInFuture();

        CompletableFuture<List<Integer>> numbersInFuture();

        Map<String, List<Integer>> index();

        Map<String, List<Long>> otherIndex();

        List<String>[] rows();

        List<Integer>[] otherRows();
    }

    @ParameterizedTest
    @CsvSource({
        "number, boxed, true",
        "boxed, number, true",
        "text, number, false",
        "nothing, text, true",
        "text, nothing, false",
        "texts, texts, true",
        "texts, textsAsArrayList, true",
        "textsAsArrayList, texts, false",
        "texts, numbers, false",
        "numbers, texts, false",
        "texts, inherited, true",
        "inherited, numbers, false",
        "someNumbers, numbers, true",
        "numbers, someNumbers, true",
        "someNumbers, texts, false",
        "room, numbers, true",
        "room, texts, false",
        "things, texts, true",
        "texts, things, true",
        "raw, texts, true",
        "texts, raw, true",
        "any, texts, true",
        "texts, any, true",
        "anyNumbers, numbers, true",
        "one, text, true",
        "text, one, false",
        "textsLater, textsInFuture, true",
        "textsLater, numbersInFuture, false",
        "index, index, true",
        "index, otherIndex, false",
        "rows, rows, true",
        "rows, otherRows, false",
    })
    void fitShouldCompareTypeArgumentsAsFarAsTheyAreKnown(String wanted, String given, boolean fits)
            throws NoSuchMethodException {
        assertThat(ReturnTypes.fit(returned(wanted), returned(given))).isEqualTo(fits);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "number | int",
                "inherited | List<String>",
                "index | Map<String, List<Integer>>",
                "rows | List<String>[]",
                "any | List<T>",
                "things | List<?>",
                "someNumbers | List<? extends Number>",
            })
    void textShouldReadAsInJava(String method, String text) throws NoSuchMethodException {
        assertThat(ReturnTypes.text(returned(method))).isEqualTo(text);
    }

    private static ResolvableType returned(String method) throws NoSuchMethodException {
        return ResolvableType.forMethodReturnType(Types.class.getMethod(method), Types.class);
    }
}
