// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// Mints by a log like any ERC-20, and leaves to others what its balances and its metadata answer.
abstract contract Odd {
  mapping(address => uint256) internal held;

  event Transfer(address indexed from, address indexed to, uint256 value);

  function mint(address to, uint256 amount) public virtual {
    held[to] += amount;
    emit Transfer(address(0), to, amount);
  }

  function transfer(address to, uint256 amount) external returns (bool) {
    held[msg.sender] -= amount;
    held[to] += amount;
    emit Transfer(msg.sender, to, amount);
    return true;
  }
}

abstract contract OddEighteen is Odd {
  string public constant symbol = "ODD";
  uint8 public constant decimals = 18;
}

/// Name and symbol as 32 bytes, as tokens of 2017 have them.
contract Bytes32Symbol is Odd {
  bytes32 public constant name = "Old Maker";
  bytes32 public constant symbol = "OMKR";
  uint8 public constant decimals = 18;

  function balanceOf(address who) external view returns (uint256) {
    return held[who];
  }
}

contract NoDecimals is Odd {
  string public constant symbol = "NODEC";

  function balanceOf(address who) external view returns (uint256) {
    return held[who];
  }
}

contract BalanceReverts is OddEighteen {
  function balanceOf(address) external pure returns (uint256) {
    revert("no balance for you");
  }
}

/// Eats all the gas that it is given.
contract BurnsGas is OddEighteen {
  function balanceOf(address) external view returns (uint256 sum) {
    while (true) sum += gasleft();
  }
}

/// Answers `balanceOf` with so many bytes, each 0x01; 0 bytes are a success that says nothing.
contract AnswersBytes is OddEighteen {
  uint256 private immutable size;

  constructor(uint256 size_) {
    size = size_;
  }

  function balanceOf(address) external view returns (uint256) {
    uint256 length = size;
    assembly {
      for {
        let at := 0
      } lt(at, length) {
        at := add(at, 32)
      } {
        mstore(at, 0x0101010101010101010101010101010101010101010101010101010101010101)
      }
      return(0, length)
    }
  }
}
