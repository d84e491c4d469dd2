import dev.mayfly.host.Mayfly;
import dev.mayfly.host.Request;
import dev.mayfly.hostinterfaces.HostError;
import dev.mayfly.hostinterfaces.custom.CustomInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A program that offers its catalog to functions: java Shop.java COMPONENT PATH… */
public final class Shop {
    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(System.getProperty("jdk.launcher.sourcefile", "examples/embedded/Shop.java")).getParent();
        Catalog catalog = new Catalog();
        try (Mayfly mayfly = Mayfly.builder()
                .dataFolder(Files.createTempDirectory("shop-"))
                .offer(CustomInterface.of(home.resolve("wit/catalog.wit"), catalog))
                .build()) {
            mayfly.deploy("quote", Path.of(arguments[0]));
            for (String path : List.of(arguments).subList(1, arguments.length)) {
                System.out.print(mayfly.invoke("quote", Request.get(path)).text());
            }
        }
        System.out.println("green-tea left: " + catalog.stock.get("green-tea"));
    }

    /** What wit/catalog.wit describes. Called by many threads at once. */
    public static final class Catalog {
        public record Item(String id, String title, long price) {}

        public sealed interface Availability {
            record InStock(long count) implements Availability {}

            record InDays(int days) implements Availability {}

            record Gone() implements Availability {}
        }

        private final List<Item> items = List.of(
                new Item("green-tea", "Green tea, 100 g", 450),
                new Item("black-tea", "Black tea, 100 g", 395),
                new Item("pot", "Tea pot", 2900));
        private final Map<String, Integer> stock = new ConcurrentHashMap<>(Map.of("green-tea", 10, "black-tea", 0));

        public List<Item> find(String word) {
            return items.stream()
                    .filter(item -> item.title().toLowerCase().contains(word.toLowerCase()))
                    .toList();
        }

        public Availability availabilityOf(String id) {
            item(id);
            Integer count = stock.get(id);
            return count == null
                    ? new Availability.Gone()
                    : count == 0 ? new Availability.InDays(3) : new Availability.InStock(count);
        }

        public Basket newBasket(String customer) {
            return new Basket();
        }

        private Item item(String id) {
            return items.stream()
                    .filter(item -> item.id().equals(id))
                    .findFirst()
                    .orElseThrow(() -> HostError.of(HostError.Kind.NOT_FOUND, "no item is called " + id));
        }

        /** Closed when the function drops it, or is over. */
        public final class Basket implements AutoCloseable {
            private final Map<String, Integer> taken = new ConcurrentHashMap<>();

            public void add(String id, long count) {
                item(id);
                int wanted = Math.toIntExact(count);
                synchronized (stock) {
                    int left = stock.getOrDefault(id, 0);
                    if (left < wanted) {
                        throw HostError.of(HostError.Kind.CONFLICT, "of " + id + " there are " + left);
                    }
                    stock.put(id, left - wanted);
                }
                taken.merge(id, wanted, Integer::sum);
            }

            public long total() {
                return taken.entrySet().stream()
                        .mapToLong(entry -> item(entry.getKey()).price() * entry.getValue())
                        .sum();
            }

            @Override
            public void close() {
                synchronized (stock) {
                    taken.forEach((id, count) -> stock.merge(id, count, Integer::sum));
                }
            }
        }
    }
}
