package parcels;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** All rules, by country and service. Of those that take a parcel the first in the tariff counts. */
final class RuleTable {
    private final Map<String, List<Rule>> rules = new HashMap<>();

    static RuleTable parse(String tariff) {
        RuleTable table = new RuleTable();
        int number = 0;
        for (String line : tariff.split("\n")) {
            Rule rule = Rule.parse(++number, line);
            table.rules
                    .computeIfAbsent(key(rule.country(), rule.service()), key -> new ArrayList<>())
                    .add(rule);
        }
        return table;
    }

    Optional<Rule> first(Parcel parcel) {
        return Stream.of(parcel.country(), Rule.ALL)
                .flatMap(country -> first(country, parcel).stream())
                .min(Comparator.comparingInt(Rule::number));
    }

    private Optional<Rule> first(String country, Parcel parcel) {
        return rules.getOrDefault(key(country, parcel.service()), List.of()).stream()
                .filter(rule -> rule.takes(parcel))
                .findFirst();
    }

    private static String key(String country, String service) {
        return country + '/' + service;
    }
}
