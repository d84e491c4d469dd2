//go:build wasip1

package canonical

import "unsafe"

// Address is where a value is, as the host takes it: GOARCH=wasm has 64 bits, its memory 32.
func Address(pointer unsafe.Pointer) uint32 {
	return uint32(uintptr(pointer))
}

// at is the other way round.
func at(address uint32) unsafe.Pointer {
	wide := uintptr(address)
	return *(*unsafe.Pointer)(unsafe.Pointer(&wide))
}

// Text copies a string that the host left.
func Text(address, length uint32) string {
	return string(unsafe.Slice((*byte)(at(address)), length))
}

// Bytes are those that the host left, where it did.
func Bytes(address, length uint32) []byte {
	return unsafe.Slice((*byte)(at(address)), length)
}

// Pairs copies a list of two strings each.
func Pairs(address, length uint32) [][2]string {
	pairs := make([][2]string, length)
	for i, texts := range unsafe.Slice((*[4]uint32)(at(address)), length) {
		pairs[i] = [2]string{Text(texts[0], texts[1]), Text(texts[2], texts[3])}
	}
	return pairs
}

// LowerText says where a string is. It has to be kept until the host has read it.
func LowerText(text string) (address, length uint32) {
	return Address(unsafe.Pointer(unsafe.StringData(text))), uint32(len(text))
}

// LowerPairs does for a list of two strings each; besides the list, the strings have to be kept.
func LowerPairs(pairs [][2]string) [][4]uint32 {
	lowered := make([][4]uint32, len(pairs))
	for i, pair := range pairs {
		lowered[i][0], lowered[i][1] = LowerText(pair[0])
		lowered[i][2], lowered[i][3] = LowerText(pair[1])
	}
	return lowered
}

// LiftError lifts a result that is an error of one of these cases, in the WIT's order, or something else.
func LiftError(area *Area, cases []string) error {
	if byte(area[0]) == 0 {
		return nil
	}
	return &Error{Case: cases[byte(area[1])], Text: Text(area[2], area[3])}
}
